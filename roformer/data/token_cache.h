// A corpus as token ids in one memory-mapped file, so that a second run starts at once and memory
// stays small. Layout: magic (8 bytes) · ids (uint16 below 65536 words, else int32), padded to 8
// bytes · offsets (documents + 1, int64, in tokens) · footer (counts, id size, key, checksum).
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "roformer/base/file.h"
#include "roformer/documents/documents.h"

namespace roformer::data {

class TokenCache {
 public:
  /// Maps `path`. Throws Error where it is damaged, or was made for another key.
  TokenCache(const std::filesystem::path& path, std::uint64_t key);

  std::int64_t num_documents() const { return num_documents_; }
  std::int64_t num_tokens() const { return num_tokens_; }
  std::int64_t document_length(std::int64_t document) const {
    return offsets_[document + 1] - offsets_[document];
  }
  /// Copies `out.size()` ids of a document, from its token `begin` on.
  void read(std::int64_t document, std::int64_t begin, std::span<std::int64_t> out) const;
  std::vector<std::int32_t> document(std::int64_t document) const;

 private:
  base::MappedFile file_;
  const std::int64_t* offsets_ = nullptr;
  std::int64_t num_documents_ = 0;
  std::int64_t num_tokens_ = 0;
  int id_size_ = 2;
};

/// Appends the ids of `text`.
using Encode = std::function<void(std::string_view text, std::vector<std::int32_t>& ids)>;

/// Tokenises all paragraphs on `threads` threads (0: all cores) and writes the cache atomically.
/// `max_documents` > 0 stops early. Throws Error if the text has no tokens.
void write_token_cache(const std::filesystem::path& path, std::uint64_t key,
                       documents::ParagraphSource& paragraphs, const Encode& encode,
                       std::int64_t vocab_size, std::int64_t max_documents, int threads);

}  // namespace roformer::data
