// The section [data] of a recipe: which text, how it becomes documents, tokens, masked sequences.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "roformer/base/toml_table.h"
#include "roformer/data/split.h"
#include "roformer/documents/documents.h"

namespace roformer::data {

/// BERT's masking (Devlin et al. 2019, section 3.1).
struct MaskingOptions {
  double share = 0.15;
  double mask_share = 0.8;
  double random_share = 0.1;
  std::string unit = "token";
};

/// The vocabulary whose words are the 256 bytes.
constexpr const char* byte_vocabulary = "bytes";

/// What each member means stands in its entry below.
struct DataOptions {
  std::vector<std::string> text = {"apt"};
  // Held out: files of their own, or shares of the text.
  std::vector<std::string> validation_text, test_text;
  documents::DocumentRule document = documents::DocumentRule::block;
  std::int64_t block_size = 512;
  std::int64_t max_documents = 0;
  std::string vocabulary;
  std::int64_t vocab_size = 8192;
  bool lower_case = true;
  double validation_share = 0.15;  // with the test an 8:2 split, the paper's (section 4.2.1)
  double test_share = 0.05;
  std::uint64_t split_seed = 0;
  std::filesystem::path cache;
  MaskingOptions masking;
  std::int64_t segments = 1;
  bool next_sentence = false;

  bool is_bytes() const { return vocabulary == byte_vocabulary; }
  /// The files of a held-out part; empty: a share of `text` is held out. Of training, `text`.
  const std::vector<std::string>& files_of(Split split) const {
    if (split == Split::training) return text;
    return split == Split::validation ? validation_text : test_text;
  }
  /// The share of `text` that a held-out part is: 0 where it has files of its own.
  double share_of(Split split) const {
    if (split == Split::training || !files_of(split).empty()) return 0;
    return split == Split::validation ? validation_share : test_share;
  }
};

/// The key that names the files of a part: "data.text", "data.validation_text", "data.test_text".
const char* files_key(Split split);

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
  std::string document = documents::document_rule_name(o.document);
  const char* rules = use == DataUse::masked_language
                          ? "what is one; pair: two texts with a tab between them, a line, are a "
                            "sequence by themselves (with data.segments = 2)"
                          : "what is one";
  std::vector<std::string> documents_are = {"file", "block", "line"};
  if (use == DataUse::masked_language) documents_are.emplace_back("pair");
  visit(Option{"document", rules, {}, documents_are, words}, document);
  visit(Option{"block_size", "smallest block in bytes", at_least(0), {}, words}, o.block_size);
  visit(Option{"max_documents", "the first so many; 0: all", at_least(0), {}, words},
        o.max_documents);
  visit(Option{"vocab_size", "of a trained vocabulary", between(16, 1 << 24), {}, words},
        o.vocab_size);
  visit(Option{"lower_case", "of a trained vocabulary", {}, {}, words}, o.lower_case);
  const char* seed = "of the split, apart from the training's: several seeds share one";
  visit(Option{"split_seed", seed, {}, {}, words}, o.split_seed);
  const char* either = "expected a share or files to hold out, not both";
  visit(Option{"validation_text", "files of their own to watch training by"}, o.validation_text);
  const char* validation =
      "of the documents, by a hash of their numbers; the paper learns from 80 % (4.2.1); of bytes";
  visit(Option{"validation_share",
               validation,
               between(0, o.is_bytes() ? 0.49 : 0.99),
               {},
               o.validation_text.empty() ? nullptr : either},
        o.validation_share);
  visit(Option{"test_text", "files of their own for evaluate --split test"}, o.test_text);
  const char* test =
      "the same for evaluate --split test, which nothing is chosen by; bytes: the last ones";
  visit(Option{"test_share", test, between(0, 0.49), {}, o.test_text.empty() ? nullptr : either},
        o.test_share);
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
  const char* unit =
      "what is masked together: a token; a WordPiece word; a word of jieba's dictionary";
  visit(Option{"mask_unit", unit, {}, {"token", "word", "jieba"}, masked}, m.unit);
  const char* segments =
      "1; or 2, [CLS] A [SEP] B [SEP] of types 0 and 1, cut at a drawn place, as pairs are read";
  visit(Option{"segments", segments, between(1, 2), {}, masked}, o.segments);
  const char* next =
      "with data.segments = 2: of half of the pairs B is of another place, and the model says "
      "which (Devlin et al. 2019, 3.1)";
  visit(Option{"next_sentence", next, {}, {}, masked}, o.next_sentence);
  if constexpr (!std::is_const_v<Options>) {
    o.document = documents::document_rule(document);
    o.cache = cache;
  }
}

}  // namespace roformer::data
