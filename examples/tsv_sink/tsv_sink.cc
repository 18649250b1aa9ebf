#include <etr/plugin.h>

#include <fstream>
#include <stdexcept>
#include <string>

class TsvSink final : public etr::Sink {
 public:
  struct Options {
    std::string path = "paths.tsv";
    bool header = true;
  };
  static constexpr etr::PluginInfo kInfo{"tsv", "1.0.0", "One tab-separated row per hop"};
  static constexpr auto kOptions =
      std::tuple{etr::option("path", &Options::path, "File to write").path(),
                 etr::option("header", &Options::header, "Write a header row first")};

  explicit TsvSink(const Options& options) : options_(options) {}

  void open(const etr::RunInfo&) override {
    out_.open(options_.path);
    if (!out_) throw std::runtime_error("cannot open " + options_.path);
    if (options_.header) out_ << "flow\tround\tttl\taddress\n";
  }

  void write(const etr::Path& path) override {
    for (const etr::Hop& hop : path.hops) {
      out_ << path.flow << '\t' << path.round << '\t' << int{hop.ttl} << '\t'
           << (hop.reply ? hop.reply->source.to_string() : "*") << '\n';
    }
    if (!out_.flush()) throw std::runtime_error("write failed");
  }

 private:
  const Options options_;
  std::ofstream out_;
};

ETR_PLUGIN(TsvSink);
