// The section [data] of a recipe: which text, how it becomes documents, tokens, masked sequences.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/base/toml_table.h"
#include "roformer/documents/documents.h"

namespace roformer::data {

/// BERT's masking (Devlin et al. 2019, section 3.1).
struct MaskingOptions {
  double share = 0.15;
  double mask_share = 0.8;
  double random_share = 0.1;
};

/// The vocabulary whose words are the 256 bytes.
constexpr const char* byte_vocabulary = "bytes";

/// What each member means stands in its entry below.
struct DataOptions {
  std::vector<std::string> text = {"apt"};
  documents::DocumentRule document = documents::DocumentRule::block;
  std::int64_t block_size = 512;
  std::int64_t max_documents = 0;
  std::string vocabulary;
  std::int64_t vocab_size = 8192;
  bool lower_case = true;
  double validation_share = 0.2;
  double test_share = 0.05;
  std::uint64_t split_seed = 0;
  std::filesystem::path cache;
  MaskingOptions masking;

  bool is_bytes() const { return vocabulary == byte_vocabulary; }
};

/// What the text is for: which keys there are.
enum class DataUse { masked_language, causal_language };

/// Reads [data], and the key `split`: only "documents", or "ranges" of bytes. Throws Error naming
/// the key that is unknown, without use here, or whose value is out of range.
DataOptions read_data_options(const base::TomlTable& table, DataUse use = DataUse::masked_language);

/// The key `split`, whose only value follows from the vocabulary: a recipe may say it.
base::Option split_option(const DataOptions& options);

/// visit(base::Option, value) for each key but `split`, in the order of reading.
template <typename Options, typename Visit>
void for_each_option(Options& o, DataUse use, const Visit& visit) {
  using base::Option, base::at_least, base::between;
  visit(Option{"text", "files, folders, glob patterns; or apt: package descriptions"}, o.text);
  const char* vocabulary =
      "vocab.txt, tokenizer.json or a folder with one; bytes; empty: trained from the text";
  visit(Option{"vocabulary", vocabulary}, o.vocabulary);
  const char* words =
      o.is_bytes()
          ? "expected it only with a vocabulary of words but got data.vocabulary = \"bytes\""
          : nullptr;
  const char* bytes = o.is_bytes() ? nullptr : "expected it only with data.vocabulary = \"bytes\"";
  std::string document = documents::document_rule_name(o.document);
  visit(Option{"document", "what is one: file, block or line", {}, {}, words}, document);
  visit(Option{"block_size", "smallest block in bytes", at_least(0), {}, words}, o.block_size);
  visit(Option{"max_documents", "the first so many; 0: all", at_least(0), {}, words},
        o.max_documents);
  visit(Option{"vocab_size", "of a trained vocabulary", between(16, 1 << 24), {}, words},
        o.vocab_size);
  visit(Option{"lower_case", "of a trained vocabulary", {}, {}, words}, o.lower_case);
  const char* seed = "of the split, apart from the training's: several seeds share one";
  visit(Option{"split_seed", seed, {}, {}, words}, o.split_seed);
  const char* validation = "of the documents; the paper's 8:2 split (section 4.2.1); of bytes";
  visit(Option{"validation_share", validation, between(0, o.is_bytes() ? 0.49 : 0.99)},
        o.validation_share);
  const char* test = "of bytes: at the end, behind the validation share";
  visit(Option{"test_share", test, between(0, 0.49), {}, bytes}, o.test_share);
  std::string cache = o.cache.string();
  visit(Option{"cache", "folder of vocabularies, tokens and apt's lists"}, cache);
  const char* masked = use == DataUse::masked_language
                           ? nullptr
                           : "expected it only with task.kind = \"masked_lm\" but got "
                             "\"causal_lm\", which hides no tokens";
  auto& m = o.masking;
  const char* share =
      "of a sequence's ordinary tokens are predicted, at least one (Devlin et al. 2019, 3.1)";
  visit(Option{"mask_share", share, between(0, 1), {}, masked}, m.share);
  visit(Option{"mask_token_share", "of these become [MASK]", between(0, 1), {}, masked},
        m.mask_share);
  const char* random =
      "of these become a random ordinary token, at most 1 - mask_token_share; the others stay";
  visit(Option{"random_token_share", random, between(0, 1 - m.mask_share + 1e-9), {}, masked},
        m.random_share);
  if constexpr (!std::is_const_v<Options>) {
    o.document = documents::document_rule(document);
    o.cache = cache;
  }
}

}  // namespace roformer::data
