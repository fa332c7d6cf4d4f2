#include "roformer/study/translated_tests.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/convert/average.h"
#include "roformer/documents/text_files.h"
#include "roformer/pipeline/translate.h"
#include "roformer/task/text_material.h"
#include "roformer/task/translation_task.h"
#include "roformer/train/run_folder.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

// A test set is translated whole, whatever is usual for lines that people type.
constexpr std::int64_t longest_test_line = 1 << 20;

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  documents::LineReader reader(file);
  for (std::string line; reader.next(line);) lines.push_back(line);
  return lines;
}

TestSet read_test_set(const std::string& source, const std::string& target) {
  TestSet set{fs::path(source).stem().string(), lines_of(source), lines_of(target)};
  base::require(set.source.size() == set.reference.size(),
                "[study] expected two files whose lines match but {} has {} lines and {} has {}",
                source, set.source.size(), target, set.reference.size());
  return set;
}

TestSet held_out_share(const task::Material& material) {
  const auto corpus = task::text_of<task::TranslationTask>(material);
  TestSet set;
  set.name = "held-out pairs";
  for (std::int64_t i = 0; i < corpus->size(data::Split::test); ++i) {
    set.source.push_back(corpus->source_line(data::Split::test, i));
    set.reference.push_back(corpus->target_line(data::Split::test, i));
  }
  return set;
}

}  // namespace

std::vector<TestSet> test_sets(const task::Recipe& recipe, const task::Material& material) {
  std::vector<TestSet> sets;
  const auto& options = task::options_of<task::TranslationOptions>(recipe).parallel;
  for (std::size_t i = 0; i < options.test_source.size(); ++i)
    sets.push_back(read_test_set(options.test_source[i], options.test_target[i]));
  if (sets.empty()) sets.push_back(held_out_share(material));
  for (const TestSet& set : sets)
    base::require(!set.source.empty(), "[study] expected lines to translate in {} but got none",
                  set.name);
  return sets;
}

std::int64_t average_last(const task::Recipe& recipe, const fs::path& run, const fs::path& folder) {
  const auto kept = train::kept_models(run);
  const auto count = std::min<std::ptrdiff_t>(std::ssize(kept), recipe.training.keep_last);
  base::require(count > 0,
                "[study] expected models in {}/checkpoints but got none: checkpoint.keep_last must "
                "be 2 or more",
                run.string());
  spdlog::info("{}: the mean of {} models", run.string(), count);
  convert::average({kept.end() - count, kept.end()}, folder, /*force=*/true);
  return count;
}

metric::TranslationScoreOptions score_options(const task::Recipe& recipe) {
  metric::TranslationScoreOptions options;
  options.bleu.lowercase = options.chrf.lowercase =
      task::options_of<task::TranslationOptions>(recipe).parallel.lower_case;
  return options;
}

std::vector<std::string> translate_lines(const task::Recipe& recipe, const fs::path& folder,
                                         const std::vector<std::string>& lines,
                                         const std::string& device) {
  pipeline::TranslateOptions options;
  options.search = task::options_of<task::TranslationOptions>(recipe).beam;
  options.device = c10::Device(device);
  options.max_source_length = longest_test_line;
  const auto translate = pipeline::open_translate({folder}, options);
  std::vector<std::string> texts;
  for (const auto& answer : translate({lines, 1})) texts.push_back(answer.hypotheses.front().text);
  return texts;
}

}  // namespace roformer::study
