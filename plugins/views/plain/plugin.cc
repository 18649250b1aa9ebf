#include "plain_view.h"

ETR_PLUGIN(PlainView);
