#include "roformer/parallel/parallel_options.h"

#include "roformer/base/error.h"
#include "roformer/data/data_options.h"

namespace roformer::parallel {
namespace {

using base::require;

// A key that would be without effect is an error.
void require_absent(const base::TomlTable& table, std::initializer_list<const char*> keys,
                    std::string_view why) {
  for (const char* key : keys) require(!table.has(key), "[data] {}: {}", table.where(key), why);
}

void read_places(const base::TomlTable& table, ParallelOptions& options) {
  options.pairs = table.get_strings("pairs", {});
  if (!options.pairs.empty()) {
    options.source.clear();  // no apt beside them unless it is asked for
    options.reverse = table.get("reverse", options.reverse);
  } else {
    require_absent(table, {"reverse"},
                   "expected it only with data.pairs; swap source and target, or source_language "
                   "and target_language of apt's descriptions");
  }
  options.source = table.get_strings("source", options.source);
  options.target = table.get_strings("target", {});
  require(!options.source.empty() || !options.pairs.empty(),
          "[data] {}: expected files or \"apt\" but got none", table.where("source"));
  options.source_language = table.get("source_language", options.source_language);
  options.target_language = table.get("target_language", options.target_language);
  require(!options.is_apt() || options.source_language != options.target_language,
          "[data] {}: expected two languages but got {} twice", table.where("target_language"),
          options.target_language);
}

void require_two_sides(const base::TomlTable& table, const std::vector<std::string>& source,
                       const std::vector<std::string>& target, const char* source_key,
                       const char* target_key) {
  require(source.size() == target.size(),
          "[data] {}: expected as many files as in data.{}, {}, but got {}",
          table.where(target_key), source_key, source.size(), target.size());
}

void read_held_out(const base::TomlTable& table, const std::string& part,
                   std::vector<std::string>& source, std::vector<std::string>& target,
                   double& share) {
  const std::string source_key = part + "_source", target_key = part + "_target",
                    share_key = part + "_share";
  source = table.get_strings(source_key, {});
  target = table.get_strings(target_key, {});
  require_two_sides(table, source, target, source_key.c_str(), target_key.c_str());
  if (!source.empty()) {
    require_absent(table, {share_key.c_str()}, "expected a share or files to hold out, not both");
    share = 0;
    return;
  }
  share = table.get(share_key, share);
  require(share >= 0 && share <= 0.49, "[data] {}: expected a share of 0 to 0.49 but got {}",
          table.where(share_key), share);
}

void read_vocabulary(const base::TomlTable& table, ParallelOptions& options) {
  options.vocabulary = table.get("vocabulary", "");
  options.codes = table.get("codes", "");
  options.lower_case = table.get("lower_case", options.lower_case);
  if (options.codes.empty() || options.vocabulary.empty())
    require_absent(table, {"vocabulary_threshold"},
                   "expected it only with data.codes and data.vocabulary");
  options.vocabulary_threshold = table.get("vocabulary_threshold", options.vocabulary_threshold);
  if (!options.codes.empty() || !options.vocabulary.empty()) {
    require_absent(table, {"vocab_size", "character_coverage"},
                   "expected it only where a vocabulary is trained, without data.vocabulary and "
                   "data.codes");
    return;
  }
  options.vocab_size = table.get("vocab_size", options.vocab_size);
  options.character_coverage = table.get("character_coverage", options.character_coverage);
  constexpr std::int64_t smallest = 16, largest = 1 << 24;
  require(options.vocab_size >= smallest && options.vocab_size <= largest,
          "[data] {}: expected {} to {} but got {}", table.where("vocab_size"), smallest, largest,
          options.vocab_size);
  require(options.character_coverage > 0 && options.character_coverage <= 1,
          "[data] {}: expected a share of (0, 1] but got {}", table.where("character_coverage"),
          options.character_coverage);
}

void read_limits(const base::TomlTable& table, ParallelOptions& options) {
  options.max_length = table.get("max_length", options.max_length);
  options.max_ratio = table.get("max_ratio", options.max_ratio);
  options.max_pairs = table.get("max_pairs", options.max_pairs);
  require(options.max_length >= 1, "[data] {}: expected 1 or more tokens but got {}",
          table.where("max_length"), options.max_length);
  require(options.max_ratio == 0 || options.max_ratio >= 1,
          "[data] {}: expected 0 (any) or a ratio of 1 or more but got {}",
          table.where("max_ratio"), options.max_ratio);
  require(options.max_pairs >= 0, "[data] {}: expected 0 (all) or more but got {}",
          table.where("max_pairs"), options.max_pairs);
}

}  // namespace

bool ParallelOptions::is_apt() const {
  return target.empty() && source == std::vector<std::string>{"apt"};
}

ParallelOptions read_parallel_options(const base::TomlTable& table) {
  ParallelOptions options;
  read_places(table, options);
  if (!options.is_apt())
    require_two_sides(table, options.source, options.target, "source", "target");
  read_held_out(table, "validation", options.validation_source, options.validation_target,
                options.validation_share);
  read_held_out(table, "test", options.test_source, options.test_target, options.test_share);
  options.split_seed = static_cast<std::uint64_t>(table.get("split_seed", std::int64_t{0}));
  read_vocabulary(table, options);
  read_limits(table, options);
  options.cache = table.get("cache", data::default_cache_folder().string());
  table.reject_unknown_keys();
  return options;
}

}  // namespace roformer::parallel
