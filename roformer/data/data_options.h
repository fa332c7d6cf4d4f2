// The section [data] of a recipe: which text, how it becomes documents, tokens and masked
// sequences.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/base/toml_table.h"
#include "roformer/documents/documents.h"

namespace roformer::data {

/// BERT's masking (Devlin et al. 2019, section 3.1).
struct MaskingOptions {
  double share = 0.15;        // of the ordinary tokens of a sequence are predicted, at least one;
  double mask_share = 0.8;    // of these become [MASK],
  double random_share = 0.1;  // become a random ordinary token, and the others stay
};

/// The vocabulary whose words are the 256 bytes.
constexpr const char* byte_vocabulary = "bytes";

struct DataOptions {
  std::vector<std::string> text = {
      "apt"};  // files, folders, glob patterns; or "apt": package descriptions
  documents::DocumentRule document = documents::DocumentRule::block;
  std::int64_t block_size = 512;   // smallest block in bytes
  std::int64_t max_documents = 0;  // 0: all
  std::string
      vocabulary;  // vocab.txt, tokenizer.json or a folder with one; "bytes"; empty: trained from
                   // the text
  std::int64_t vocab_size = 8192;  // of a trained vocabulary
  bool lower_case = true;          // of a trained vocabulary
  double validation_share = 0.2;   // of the documents; the paper's 8:2 split (section 4.2.1)
  double test_share = 0.05;        // of bytes: at the end, behind the validation share
  std::uint64_t split_seed =
      0;  // apart from the training seed: runs with several seeds share one split
  std::filesystem::path cache;  // vocabularies, tokens and apt's lists are kept here
  MaskingOptions masking;

  bool is_bytes() const { return vocabulary == byte_vocabulary; }
};

/// What the text is for: which keys there are.
enum class DataUse { masked_language, causal_language };

/// $XDG_CACHE_HOME/roformer, or ~/.cache/roformer.
std::filesystem::path default_cache_folder();

/// Reads [data]: text and cache; of documents document, block_size, max_documents, vocabulary,
/// vocab_size, lower_case, split (only "documents"), validation_share and split_seed; of bytes
/// vocabulary = "bytes", split (only "ranges"), validation_share and test_share; for masked language
/// models mask_share (of tokens), mask_token_share and random_token_share. Throws Error naming the
/// key that is unknown, without use here, or whose value is out of range.
DataOptions read_data_options(const base::TomlTable& table, DataUse use = DataUse::masked_language);

/// visit(key, value) for each key that the options were read from, in order.
template <typename Visit>
void for_each_option(const DataOptions& o, DataUse use, const Visit& visit) {
  visit("text", o.text);
  visit("vocabulary", o.vocabulary);
  if (!o.is_bytes()) {
    visit("document", std::string(documents::document_rule_name(o.document)));
    visit("block_size", o.block_size);
    visit("max_documents", o.max_documents);
    visit("vocab_size", o.vocab_size);
    visit("lower_case", o.lower_case);
    visit("split_seed", static_cast<std::int64_t>(o.split_seed));
  }
  visit("validation_share", o.validation_share);
  if (o.is_bytes()) visit("test_share", o.test_share);
  visit("cache", o.cache.string());
  if (use != DataUse::masked_language) return;
  visit("mask_share", o.masking.share);
  visit("mask_token_share", o.masking.mask_share);
  visit("random_token_share", o.masking.random_share);
}

}  // namespace roformer::data
