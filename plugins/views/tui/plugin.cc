#include "tui_view.h"

ETR_PLUGIN(TuiView);
