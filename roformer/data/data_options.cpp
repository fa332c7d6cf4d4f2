#include "roformer/data/data_options.h"

#include <cstdlib>
#include <initializer_list>
#include <string_view>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

void require_share(const base::TomlTable& table, std::string_view key, double value,
                   double smallest, double largest) {
  base::require(value >= smallest && value <= largest,
                "[data] {}: expected a share of {} to {} but got {}", table.where(key), smallest,
                largest, value);
}

MaskingOptions read_masking(const base::TomlTable& table) {
  MaskingOptions masking;
  masking.share = table.get("mask_share", masking.share);
  masking.mask_share = table.get("mask_token_share", masking.mask_share);
  masking.random_share = table.get("random_token_share", masking.random_share);
  require_share(table, "mask_share", masking.share, 0, 1);
  require_share(table, "mask_token_share", masking.mask_share, 0, 1);
  require_share(table, "random_token_share", masking.random_share, 0,
                1 - masking.mask_share + 1e-9);
  return masking;
}

}  // namespace

std::filesystem::path default_cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') return std::filesystem::path(cache) / "roformer";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') return std::filesystem::path(home) / ".cache" / "roformer";
  return std::filesystem::temp_directory_path() / "roformer-cache";
}

namespace {

// Keys that would be without effect are errors.
void reject(const base::TomlTable& table, std::initializer_list<const char*> keys,
            std::string_view why) {
  for (const char* key : keys) {
    base::require(!table.has(key), "[data] {}: {}", table.where(key), why);
  }
}

void read_split(const base::TomlTable& table, const char* only) {
  const std::string split = table.get("split", only);
  base::require(split == only, "[data] {}: expected {} but got \"{}\"", table.where("split"), only,
                split);
}

void read_documents(const base::TomlTable& table, DataOptions& options) {
  options.document = documents::document_rule(table.get("document", "block"));
  options.block_size = table.get("block_size", options.block_size);
  options.max_documents = table.get("max_documents", options.max_documents);
  options.vocab_size = table.get("vocab_size", options.vocab_size);
  options.lower_case = table.get("lower_case", options.lower_case);
  options.split_seed = static_cast<std::uint64_t>(table.get("split_seed", std::int64_t{0}));
  read_split(table, "documents");
  reject(table, {"test_share"}, "expected it only with data.vocabulary = \"bytes\"");
  for (const char* key : {"block_size", "max_documents"}) {
    base::require(table.get(key, std::int64_t{0}) >= 0, "[data] {}: expected 0 or more but got {}",
                  table.where(key), table.get(key, std::int64_t{0}));
  }
  constexpr std::int64_t smallest_vocabulary = 16, largest_vocabulary = 1 << 24;
  base::require(
      options.vocab_size >= smallest_vocabulary && options.vocab_size <= largest_vocabulary,
      "[data] {}: expected {} to {} but got {}", table.where("vocab_size"), smallest_vocabulary,
      largest_vocabulary, options.vocab_size);
}

void read_bytes(const base::TomlTable& table, DataUse use, DataOptions& options) {
  base::require(use == DataUse::causal_language,
                "[data] {}: expected a vocabulary of words for task.kind = \"masked_lm\" but got "
                "\"bytes\", which has no [MASK]; task.kind = \"causal_lm\" learns bytes",
                table.where("vocabulary"));
  constexpr double byte_validation_share = 0.05;  // 90 / 5 / 5, enwik8's usual division
  options.validation_share = byte_validation_share;
  options.test_share = table.get("test_share", options.test_share);
  require_share(table, "test_share", options.test_share, 0, 0.49);
  read_split(table, "ranges");
  reject(table,
         {"document", "block_size", "max_documents", "vocab_size", "lower_case", "split_seed"},
         "expected it only with a vocabulary of words but got data.vocabulary = \"bytes\"");
}

}  // namespace

DataOptions read_data_options(const base::TomlTable& table, DataUse use) {
  DataOptions options;
  options.text = table.get_strings("text", options.text);
  options.vocabulary = table.get("vocabulary", "");
  options.cache = table.get("cache", default_cache_folder().string());
  if (options.is_bytes()) {
    read_bytes(table, use, options);
  } else {
    read_documents(table, options);
  }
  options.validation_share = table.get("validation_share", options.validation_share);
  require_share(table, "validation_share", options.validation_share, 0,
                options.is_bytes() ? 0.49 : 0.99);
  if (use == DataUse::masked_language) {
    options.masking = read_masking(table);
  } else {
    reject(table, {"mask_share", "mask_token_share", "random_token_share"},
           "expected it only with task.kind = \"masked_lm\" but got \"causal_lm\", which hides no "
           "tokens");
  }
  table.reject_unknown_keys();
  base::require(!options.text.empty(), "[data] {}: expected files, folders or \"apt\" but got none",
                table.where("text"));
  return options;
}

}  // namespace roformer::data
