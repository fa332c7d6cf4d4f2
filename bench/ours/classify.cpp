// Our side of the benchmark of classification: all lines of a file through the pipeline of the
// command classify, whose model is loaded. Prints one JSON line; bench/fine_tuning.py adds the peers.
#include <nlohmann/json.hpp>

#include "bench/ours/rows.h"
#include "roformer/base/file.h"
#include "roformer/checkpoint/load.h"
#include "roformer/pipeline/classify.h"
#include "roformer/pipeline/text_batches.h"
#include "roformer/text/tokenizer.h"

namespace {

using namespace roformer;

constexpr std::size_t kWarmUpLines = 32;

std::vector<std::string> lines_of(const std::string& path) {
  const std::string text = base::read_file(path);
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

// The lines as the pipeline reads them, and which of them it computes together.
nlohmann::json what_is_computed(const std::string& model, const pipeline::Lines& lines) {
  const checkpoint::Folder folder(model);
  const pipeline::ClassifyOptions options;
  const pipeline::TextEncoder encoder(text::Tokenizer::load(folder.path()), folder.config().encoder,
                                      options.length);
  const auto pieces = encoder.encode_rows(lines);
  nlohmann::json rows = nlohmann::json::array(), batches = nlohmann::json::array();
  for (const auto& piece : pieces) rows.push_back(piece.ids);
  pipeline::compute_batches(pieces, options, [&](const pipeline::TextBatch& batch) {
    batches.push_back(std::vector<std::size_t>(batch.pieces.begin(), batch.pieces.end()));
  });
  return {{"ids", rows}, {"batches", batches}};
}

nlohmann::json run_classification(const std::string& model, const pipeline::Lines& lines,
                                  int repeats) {
  const auto classify = pipeline::open_classify(pipeline::LabelFolder(model));
  classify({lines.texts.first(std::min(kWarmUpLines, lines.texts.size()))});
  std::vector<pipeline::ClassAnswer> answers;
  const double seconds = bench::best_seconds(
      repeats, [&] { answers = classify(lines); }, 0);
  nlohmann::json probabilities = nlohmann::json::array();
  for (const auto& answer : answers) probabilities.push_back(answer.probabilities);
  return {{"seconds", seconds}, {"probabilities", probabilities}};
}

}  // namespace

void bench::add_classify(CLI::App& program) {
  struct Options {
    std::string model, lines, batches;
    int repeats = 1;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command = program.add_subcommand("classify", "the classes of a file's lines");
  command->add_option("model", options->model, "checkpoint folder")->required();
  command->add_option("lines", options->lines, "a text file")->required();
  command->add_option("--repeats", options->repeats, "timed passes");
  command->add_option("--batches", options->batches, "write token ids and batches here");
  add_threads(*command);
  command->callback([options] {
    const auto texts = lines_of(options->lines);
    const pipeline::Lines lines{texts};
    if (!options->batches.empty())
      base::write_file_atomically(options->batches, what_is_computed(options->model, lines).dump());
    fmt::print("{}\n", run_classification(options->model, lines, options->repeats).dump());
  });
}
