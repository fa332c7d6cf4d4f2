// A corpus ready for use: text found, vocabulary loaded or trained, tokens cached, documents split.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "roformer/data/data_options.h"
#include "roformer/data/split.h"
#include "roformer/data/token_cache.h"
#include "roformer/documents/documents.h"
#include "roformer/text/tokenizer.h"

namespace roformer::data {

/// Where the text of data.text lies and how it is read.
struct TextSelection {
  bool apt = false;  // package descriptions
  std::vector<std::filesystem::path> files;
  documents::DocumentRule rule = documents::DocumentRule::block;
  std::int64_t block_size = 0;

  /// The documents as paragraphs.
  std::unique_ptr<documents::ParagraphSource> open() const;
};

/// Finds the files. Throws Error where there are none.
TextSelection select_text(const DataOptions& options);

/// Whether a document is held out: by a hash of its number, so it does not depend on the others.
bool is_validation(std::int64_t document, std::uint64_t split_seed, double validation_share);

/// What makes more documents of the same text, or a smaller part of them held out, given what is
/// set already: "give more text, …".
std::string advice_for_more_documents(const DataOptions& options);

class Corpus {
 public:
  /// Finds the text, loads or trains the vocabulary, tokenises or opens the cache. Slow only the
  /// first time. `threads` 0: all cores. Throws Error naming file, key and remedy.
  explicit Corpus(const DataOptions& options, int threads = 0);

  const text::Tokenizer& tokenizer() const { return *tokenizer_; }
  const DataOptions& options() const { return options_; }
  const TokenCache& tokens() const { return *tokens_; }
  /// Throws Error for the test part, which documents do not have.
  static void require_part(Split split);
  /// Numbers of the documents of one part, training or validation, ascending.
  const std::vector<std::int64_t>& documents(Split split) const;
  std::int64_t num_tokens(Split split) const;
  /// Calls `use` with the ids of each document of one part, without special tokens.
  void for_each_document(Split split,
                         const std::function<void(std::span<const std::int32_t>)>& use) const;
  /// A line for people: "12.3 M tokens in 61,234 documents, 20 % held out".
  std::string summary() const;

 private:
  void split_documents();
  DataOptions options_;
  std::optional<text::Tokenizer> tokenizer_;
  std::unique_ptr<TokenCache> tokens_;
  std::vector<std::int64_t> training_;
  std::vector<std::int64_t> validation_;
};

}  // namespace roformer::data
