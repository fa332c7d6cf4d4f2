// The section [data] of a recipe: which text, how it becomes documents, tokens and masked
// sequences.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/base/toml_table.h"
#include "roformer/data/documents.h"

namespace roformer::data {

/// BERT's masking (Devlin et al. 2019, section 3.1).
struct MaskingOptions {
  double share = 0.15;        // of the ordinary tokens of a sequence are predicted, at least one;
  double mask_share = 0.8;    // of these become [MASK],
  double random_share = 0.1;  // become a random ordinary token, and the others stay
};

struct DataOptions {
  std::vector<std::string> text = {
      "apt"};  // files, folders, glob patterns; or "apt": package descriptions
  DocumentRule document = DocumentRule::block;
  std::int64_t block_size = 512;   // smallest block in bytes
  std::int64_t max_documents = 0;  // 0: all
  std::string
      vocabulary;  // vocab.txt, tokenizer.json or a folder with one; empty: trained from the text
  std::int64_t vocab_size = 8192;  // of a trained vocabulary
  bool lower_case = true;          // of a trained vocabulary
  double validation_share = 0.2;   // of the documents; the paper's 8:2 split (section 4.2.1)
  std::uint64_t split_seed =
      0;  // apart from the training seed: runs with several seeds share one split
  std::filesystem::path cache;  // vocabularies, tokens and apt's lists are kept here
  MaskingOptions masking;
};

/// $XDG_CACHE_HOME/roformer, or ~/.cache/roformer.
std::filesystem::path default_cache_folder();

/// Reads [data]: text, document, block_size, max_documents, vocabulary, vocab_size, lower_case,
/// validation_share, split_seed, cache, mask_share (of tokens), mask_token_share,
/// random_token_share. Rejects unknown keys. Throws Error naming the key whose value is out of
/// range.
DataOptions read_data_options(const base::TomlTable& table);

}  // namespace roformer::data
