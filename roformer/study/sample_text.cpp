#include "roformer/study/sample_text.h"

#include <algorithm>

#include "roformer/apt/apt_descriptions.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/documents/text_files.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/pipeline/text_batches.h"
#include "roformer/task/language_task.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

using ReadBatch = std::function<void(const packed::PackedBatch&)>;

constexpr std::int64_t kLongestLine = 512;  // tokens; the end of a longer line is left out
constexpr std::int64_t kFewestBytes = 4;    // a token: lines beyond are not even encoded

bool has_words(const std::string& line) {
  return line.find_first_not_of(" \t\r") != line.npos;
}

// Lines with words, until there are enough for so many tokens whatever the vocabulary.
class LineBudget {
 public:
  explicit LineBudget(std::int64_t tokens) : bytes_(tokens * kFewestBytes) {}
  bool has_room() const { return bytes_ > 0; }
  void add(const std::string& line) {
    if (!has_words(line)) return;
    lines_.push_back(line);
    bytes_ -= std::ssize(line);
  }
  std::vector<std::string> lines() const { return lines_; }

 private:
  std::int64_t bytes_;
  std::vector<std::string> lines_;
};

std::vector<std::string> lines_of_file(const fs::path& file, std::int64_t tokens) {
  documents::LineReader reader(file);
  LineBudget budget(tokens);
  for (std::string line; budget.has_room() && reader.next(line);) budget.add(line);
  const auto lines = budget.lines();
  base::require(!lines.empty(), "[study] expected lines of text in {} but it has none",
                file.string());
  return lines;
}

std::vector<std::string> lines_of_apt(std::int64_t tokens) {
  const auto lists = apt::find_apt_lists(base::default_cache_folder() / "apt", {"en"},
                                         "name a file of lines: --text FILE");
  const auto source = apt::open_apt_descriptions(lists.front());
  LineBudget budget(tokens);
  for (documents::Paragraph paragraph; budget.has_room() && source->next(paragraph);)
    budget.add(paragraph.text);
  return budget.lines();
}

void read_lines(const fs::path& folder, const model::EncoderConfig& config,
                const StudyOptions& options, const std::vector<std::string>& lines,
                const ReadBatch& read) {
  pipeline::TextOptions text;
  text.name = folder.string();
  text.device = c10::Device(options.device);
  text.length.truncate = true;
  text.length.max_length = std::min(kLongestLine, config.longest_sequence().value_or(kLongestLine));
  const pipeline::TextEncoder encoder(text::Tokenizer::load(folder), config, text.length,
                                      text.name);
  std::int64_t left = options.tokens;
  auto pieces = encoder.encode({lines, 1});
  std::erase_if(pieces, [&](const pipeline::Piece& piece) {
    const bool wanted = left > 0 && !piece.ids.empty();
    left -= wanted ? std::ssize(piece.ids) : 0;
    return !wanted;
  });
  pipeline::compute_batches(pieces, text,
                            [&](const pipeline::TextBatch& batch) { read(batch.tokens); });
}

void read_held_out(const task::Recipe& recipe, const fs::path& folder, const StudyOptions& options,
                   const ReadBatch& read) {
  const auto task =
      task::open_material(recipe, folder)->load_task(recipe, folder, c10::Device(options.device));
  const auto* language = dynamic_cast<const task::LanguageTask*>(task.get());
  base::require(language != nullptr,
                "[study] {}: expected the run of a language model but got one of task.kind = "
                "\"{}\"",
                folder.string(), recipe.task);
  std::int64_t left = options.tokens;
  for (const auto& batch : task->held_out(data::Split::validation)) {
    if (left <= 0) return;
    const packed::PackedBatch tokens = language->labelled(batch).batch;
    read(tokens);
    left -= tokens.num_tokens();
  }
}

}  // namespace

std::string read_sample(const fs::path& folder, const model::EncoderConfig& config,
                        const StudyOptions& options, const ReadBatch& read) {
  if (!options.text.empty()) {
    read_lines(folder, config, options, lines_of_file(options.text, options.tokens), read);
    return fmt::format("lines of {}", options.text.string());
  }
  const fs::path recipe = task::own_recipe(folder);
  if (!recipe.empty()) {
    const std::vector<std::string> few = {
        fmt::format("evaluate.batch_tokens={}", std::min<std::int64_t>(options.tokens, 4096))};
    read_held_out(task::read_recipe(recipe, few), folder, options, read);
    return "held-out text of its run";
  }
  read_lines(folder, config, options, lines_of_apt(options.tokens), read);
  return "apt's package descriptions";
}

}  // namespace roformer::study
