#include "roformer/parallel/parallel_text.h"

#include <algorithm>
#include <map>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/hash.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/text/sentencepiece_library.h"
#include "roformer/text/subword_nmt.h"
#include "roformer/text/subword_table.h"
#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"
#include "roformer/vocabulary/train_sentencepiece.h"

namespace roformer::parallel {
namespace {

namespace fs = std::filesystem;
using base::require;
using text::Tokenizer;

// Part of every key: raise it when trained vocabularies change their meaning.
constexpr std::uint64_t kVocabularyVersion = 2;

text::SubwordSettings settings_of(const ParallelOptions& options) {
  return {.source_language = options.source_language,
          .target_language = options.target_language,
          .lower_case = options.lower_case};
}

// The lines to learn from, one side after the other; held-out pairs and bad ones are left out.
class TrainingLines {
 public:
  TrainingLines(const ParallelOptions& options, const ParallelText& text)
      : options_(options), pairs_(text.open()), progress_("reading", "bytes", pairs_->total()) {}

  bool next(std::string& line) {
    if (has_target_) {
      line.swap(pair_.target);
      has_target_ = false;
      return true;
    }
    while (!full() && pairs_->next(pair_)) {
      progress_.update(pairs_->consumed());
      if (!is_sound() ||
          split_of(base::hash_bytes(pair_.source), options_) != data::Split::training)
        continue;
      ++used_;
      if (options_.lower_case) {
        pair_.source = unicode::lower_text(pair_.source);
        pair_.target = unicode::lower_text(pair_.target);
      }
      line.swap(pair_.source);
      has_target_ = true;
      return true;
    }
    progress_.finish();
    return false;
  }

 private:
  bool full() const { return options_.max_pairs > 0 && used_ >= options_.max_pairs; }
  bool is_sound() const {
    return !pair_.source.empty() && !pair_.target.empty() && unicode::is_utf8(pair_.source) &&
           unicode::is_utf8(pair_.target);
  }

  const ParallelOptions& options_;
  std::unique_ptr<documents::PairSource> pairs_;
  base::Progress progress_;
  documents::TextPair pair_;
  bool has_target_ = false;
  std::int64_t used_ = 0;
};

Tokenizer train_tokenizer(const ParallelOptions& options, const ParallelText& text, int threads) {
  spdlog::info("training a joint vocabulary of {} pieces", options.vocab_size);
  TrainingLines lines(options, text);
  std::string first;
  require(
      lines.next(first),
      "[data] expected pairs to learn from but got none (data.source, data.target, data.pairs): "
      "all lines are empty, not UTF-8 or held out");
  bool at_first = true;
  const auto next = [&](std::string& line) {
    if (!at_first) return lines.next(line);
    at_first = false;
    line.swap(first);
    return true;
  };
  constexpr std::int64_t most_lines = 4'000'000;  // more add nothing to a vocabulary
  const auto model =
      vocabulary::train_sentencepiece(next, {.vocabulary_size = options.vocab_size,
                                             .character_coverage = options.character_coverage,
                                             .most_lines = most_lines,
                                             .threads = std::max(1, threads)});
  auto tokenizer = text::sentencepiece_tokenizer(model, settings_of(options));
  if (tokenizer.vocabulary_size() < options.vocab_size) {
    spdlog::warn("the text has {} pieces only, not {} (data.vocab_size)",
                 tokenizer.vocabulary_size(), options.vocab_size);
  }
  return tokenizer;
}

Tokenizer load_or_train(const ParallelOptions& options, const ParallelText& pairs, int threads) {
  const auto description = fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {}", kVocabularyVersion, options.vocab_size,
      options.character_coverage, options.lower_case, options.split_seed, options.validation_share,
      options.test_share, options.validation_source.empty(), options.test_source.empty(),
      options.max_pairs, options.source_language, options.target_language);
  const fs::path folder =
      options.cache / fmt::format("subwords-{:016x}", base::hash_bytes(description, pairs.key()));
  return text::load_or_train(folder, [&] { return train_tokenizer(options, pairs, threads); });
}

// The units of the training text by falling frequency.
std::vector<std::string> count_units(const ParallelOptions& options, const ParallelText& text,
                                     const std::string& codes) {
  const text::SubwordNmt merges(codes, options.codes);
  std::map<std::string, std::int64_t> counts;
  TrainingLines lines(options, text);
  for (std::string line; lines.next(line);) {
    for (auto& unit : merges.units(line)) ++counts[std::move(unit)];
  }
  require(!counts.empty(), "[data] expected text to learn from but there is no pair");
  std::vector<std::pair<std::int64_t, std::string>> order;
  for (auto& [unit, count] : counts) order.emplace_back(-count, unit);
  std::sort(order.begin(), order.end());
  std::vector<std::string> units;
  for (auto& entry : order) units.push_back(std::move(entry.second));
  return units;
}

Tokenizer from_codes(const ParallelOptions& options, const ParallelText& text) {
  const std::string codes = base::read_file(options.codes);
  const auto units =
      options.vocabulary.empty()
          ? count_units(options, text, codes)
          : text::parse_unit_counts(base::read_file(options.vocabulary),
                                    options.vocabulary_threshold, options.vocabulary);
  require(!units.empty(), "[data] {}: expected units with a count of {} or more but got none",
          options.vocabulary, options.vocabulary_threshold);
  // Checked under the file's own name.
  const text::SubwordNmt checked(codes, options.codes);
  return text::subword_nmt_tokenizer(codes, units, settings_of(options));
}

}  // namespace

Tokenizer find_subword_tokenizer(const ParallelOptions& options, const ParallelText& text,
                                 int threads) {
  if (!options.codes.empty()) return from_codes(options, text);
  if (options.vocabulary.empty()) return load_or_train(options, text, threads);
  require(fs::exists(options.vocabulary),
          "[data] data.vocabulary: expected a folder with a translation model's tokenizer or a "
          "SentencePiece .model but there is nothing at {}",
          options.vocabulary);
  if (!fs::is_directory(options.vocabulary)) {
    const text::SentencePieceModel checked(base::read_file(options.vocabulary), options.vocabulary);
    return text::sentencepiece_tokenizer(checked.bytes(), settings_of(options));
  }
  const auto tokenizer = Tokenizer::load(options.vocabulary);
  require(tokenizer.facts().has_sides,
          "[data] data.vocabulary: expected a translation model's tokenizer in {} but got one of "
          "{}",
          options.vocabulary, tokenizer.facts().kind);
  return options.lower_case && !tokenizer.facts().lower_cases ? tokenizer.lower_cased() : tokenizer;
}

}  // namespace roformer::parallel
