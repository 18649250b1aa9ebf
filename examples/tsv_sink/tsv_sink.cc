#include <etr/plugin.h>
#include <etr/record_file.h>

#include <string>

class TsvSink final : public etr::Sink {
 public:
  struct Options {
    std::string path = "paths.tsv";
  };
  static constexpr etr::PluginInfo kInfo{"tsv", "1.0.0", "One tab-separated row per hop"};
  static constexpr auto kOptions =
      std::tuple{etr::option("path", &Options::path, "File to write").path()};

  explicit TsvSink(const Options& options) : file_(options.path) {}

  void open(const etr::RunInfo&) override { file_.open(etr::RecordFile::Mode::kTruncate); }

  void write(const etr::Path& path) override {
    std::string rows;
    for (const etr::Hop& hop : path.hops) {
      rows += std::to_string(path.flow) + '\t' + std::to_string(path.round) + '\t' +
              std::to_string(hop.ttl) + '\t' + (hop.reply ? hop.reply->source.to_string() : "*") +
              '\n';
    }
    file_.write(rows);
  }

 private:
  etr::RecordFile file_;
};

ETR_PLUGIN(TsvSink);
