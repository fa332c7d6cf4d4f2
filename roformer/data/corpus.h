// A corpus ready for use: text found, vocabulary loaded or trained, tokens cached, documents split.
#pragma once
#include <array>
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

/// Where a text lies and how it is read.
struct TextSelection {
  bool apt = false;  // package descriptions
  std::vector<std::filesystem::path> files;
  documents::DocumentRule rule = documents::DocumentRule::block;
  std::int64_t block_size = 0;

  /// The documents as paragraphs.
  std::unique_ptr<documents::ParagraphSource> open() const;
};

/// Finds the files of data.text, or those of a part that has its own. Throws Error where there are
/// none.
TextSelection select_text(const DataOptions& options, Split split = Split::training);

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
  /// The text that a part's documents are numbers in: data.text, or the part's own.
  const TokenCache& tokens(Split split = Split::training) const { return *part(split).tokens; }
  /// Numbers of the documents of one part, ascending.
  const std::vector<std::int64_t>& documents(Split split) const { return part(split).documents; }
  std::int64_t num_tokens(Split split) const;
  /// Calls `use` with the ids of each document of one part, without special tokens.
  void for_each_document(Split split,
                         const std::function<void(std::span<const std::int32_t>)>& use) const;
  /// A line for people: "12.3 M tokens in 61,234 documents, 20 % for validation, 5 % for test, …".
  std::string summary() const;

 private:
  struct Part {
    std::shared_ptr<const TokenCache> tokens;
    std::vector<std::int64_t> documents;
  };
  const Part& part(Split split) const { return parts_[static_cast<std::size_t>(split)]; }
  Part& part(Split split) { return parts_[static_cast<std::size_t>(split)]; }
  void split_documents();
  std::string part_in_words(Split split) const;

  DataOptions options_;
  std::optional<text::Tokenizer> tokenizer_;
  std::array<Part, 3> parts_;
};

}  // namespace roformer::data
