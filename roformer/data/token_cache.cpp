#include "roformer/data/token_cache.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/ordered_map.h"
#include "roformer/base/progress.h"

namespace roformer::data {
namespace {

using base::require;

constexpr std::uint64_t cache_magic = 0x31304E4B544F4652ull;  // "RFOTKN01", the format's version
constexpr std::int64_t small_vocabulary = 65536;              // ids fit into 16 bits

struct CacheFooter {
  std::uint64_t magic;
  std::uint64_t key;
  std::int64_t id_size;
  std::int64_t num_tokens;
  std::int64_t num_documents;
  std::uint64_t offsets_hash;
  std::uint64_t footer_hash;  // of the fields above
};

std::uint64_t hash_footer(const CacheFooter& footer) {
  return base::hash_bytes(
      {reinterpret_cast<const char*>(&footer), offsetof(CacheFooter, footer_hash)});
}

// Neighbouring paragraphs that one thread tokenises at a time.
struct Chunk {
  std::vector<documents::Paragraph> paragraphs;
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> ends;  // of each paragraph in ids
};

// Reads paragraphs until they are worth a thread's while; none at the end of the text.
std::optional<Chunk> read_chunk(documents::ParagraphSource& paragraphs,
                                std::int64_t max_documents) {
  constexpr std::size_t chunk_bytes = 1 << 18;  // about 10 ms of work
  std::size_t size = 0;
  Chunk chunk;
  documents::Paragraph paragraph;
  while (size < chunk_bytes && paragraphs.next(paragraph) &&
         (max_documents == 0 || paragraph.document < max_documents)) {
    size += paragraph.text.size();
    chunk.paragraphs.push_back(std::move(paragraph));
    paragraph = {};
  }
  if (chunk.paragraphs.empty()) return std::nullopt;
  return chunk;
}

Chunk encode_chunk(Chunk chunk, const Encode& encode) {
  for (const auto& paragraph : chunk.paragraphs) {
    encode(paragraph.text, chunk.ids);
    chunk.ends.push_back(static_cast<std::int64_t>(chunk.ids.size()));
  }
  return chunk;
}

// Receives chunks in the order of the text and writes their ids.
class CacheWriter {
 public:
  CacheWriter(const base::Append& append, std::int64_t vocab_size)
      : append_(append), id_size_(vocab_size < small_vocabulary ? 2 : 4), vocab_size_(vocab_size) {
    append_(&cache_magic, sizeof cache_magic);
  }

  void add(const Chunk& chunk) {
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < chunk.paragraphs.size(); ++i) {
      // A document without words keeps its number: the split goes by it.
      const auto document = static_cast<std::size_t>(chunk.paragraphs[i].document);
      while (offsets_.size() <= document) offsets_.push_back(num_tokens_);
      num_tokens_ += chunk.ends[i] - begin;
      begin = chunk.ends[i];
    }
    write_ids(chunk.ids);
  }

  void finish(std::uint64_t key) {
    require(num_tokens_ > 0, "[data] expected text but found no words in it (data.text)");
    offsets_.push_back(num_tokens_);
    const std::uint64_t zeros = 0;
    append_(&zeros, static_cast<std::size_t>(-num_tokens_ * id_size_ & 7));
    append_(offsets_.data(), offsets_.size() * sizeof(std::int64_t));
    CacheFooter footer{cache_magic,
                       key,
                       id_size_,
                       num_tokens_,
                       static_cast<std::int64_t>(offsets_.size()) - 1,
                       base::hash_values(std::span<const std::int64_t>(offsets_)),
                       0};
    footer.footer_hash = hash_footer(footer);
    append_(&footer, sizeof footer);
  }

  std::int64_t num_tokens() const { return num_tokens_; }

 private:
  void write_ids(const std::vector<std::int32_t>& ids) {
    for (const std::int32_t id : ids) {
      require(id >= 0 && id < vocab_size_, "[data] expected ids below {} but the tokenizer gave {}",
              vocab_size_, id);
    }
    if (id_size_ == 4) {
      append_(ids.data(), ids.size() * sizeof(std::int32_t));
      return;
    }
    const std::vector<std::uint16_t> narrow(ids.begin(), ids.end());
    append_(narrow.data(), narrow.size() * sizeof(std::uint16_t));
  }

  const base::Append& append_;
  std::int64_t id_size_;
  std::int64_t vocab_size_;
  std::int64_t num_tokens_ = 0;
  std::vector<std::int64_t> offsets_ = {0};  // where each document so far begins
};

}  // namespace

TokenCache::TokenCache(const std::filesystem::path& path, std::uint64_t key) : file_(path) {
  const auto sound = [&](bool condition, std::string_view what) {
    require(condition, "[data] expected a token cache at {} but got a damaged file: {}",
            path.string(), what);
  };
  CacheFooter footer;
  sound(file_.size() >= sizeof cache_magic + sizeof footer, "too short");
  std::memcpy(&footer, file_.data() + file_.size() - sizeof footer, sizeof footer);
  sound(std::memcmp(file_.data(), &cache_magic, sizeof cache_magic) == 0 &&
            footer.magic == cache_magic,
        "not one");
  sound(footer.footer_hash == hash_footer(footer), "its footer");
  sound(footer.key == key, "made from other text or another vocabulary");

  // The footer's hash held: the counts are what was written; the sizes must still match the file.
  const std::size_t ids_end =
      (sizeof cache_magic + static_cast<std::size_t>(footer.num_tokens * footer.id_size) + 7) &
      ~std::size_t{7};
  const std::size_t offsets_size =
      static_cast<std::size_t>(footer.num_documents + 1) * sizeof(std::int64_t);
  sound(ids_end + offsets_size + sizeof footer == file_.size(), "its size");
  const std::string_view offsets = file_.view().substr(ids_end, offsets_size);
  sound(base::hash_bytes(offsets) == footer.offsets_hash, "its offsets");
  offsets_ = reinterpret_cast<const std::int64_t*>(offsets.data());
  num_documents_ = footer.num_documents;
  num_tokens_ = footer.num_tokens;
  id_size_ = static_cast<int>(footer.id_size);
}

void TokenCache::read(std::int64_t document, std::int64_t begin,
                      std::span<std::int64_t> out) const {
  const char* ids = file_.data() + sizeof cache_magic + (offsets_[document] + begin) * id_size_;
  if (id_size_ == 2) {
    const auto* narrow = reinterpret_cast<const std::uint16_t*>(ids);
    std::copy_n(narrow, out.size(), out.begin());
  } else {
    const auto* wide = reinterpret_cast<const std::int32_t*>(ids);
    std::copy_n(wide, out.size(), out.begin());
  }
}

std::vector<std::int32_t> TokenCache::document(std::int64_t document) const {
  std::vector<std::int64_t> wide(static_cast<std::size_t>(document_length(document)));
  read(document, 0, wide);
  return {wide.begin(), wide.end()};
}

void write_token_cache(const std::filesystem::path& path, std::uint64_t key,
                       documents::ParagraphSource& paragraphs, const Encode& encode,
                       std::int64_t vocab_size, std::int64_t max_documents, int threads) {
  base::Progress progress("tokenising", "bytes", paragraphs.total());
  base::write_file_atomically(path, [&](const base::Append& append) {
    const base::Append append_here = [&](const void* bytes, std::size_t size) {
      base::at_place("[data] in the cache (--set data.cache=DIR names another one)",
                     [&] { append(bytes, size); });
    };
    CacheWriter writer(append_here, vocab_size);
    base::map_in_order(
        threads, [&] { return read_chunk(paragraphs, max_documents); },
        [&](Chunk chunk) { return encode_chunk(std::move(chunk), encode); },
        [&](const Chunk& chunk) {
          writer.add(chunk);
          progress.update(
              paragraphs.consumed(),
              fmt::format("{:.1f} M tokens", static_cast<double>(writer.num_tokens()) * 1e-6));
          return true;
        });
    writer.finish(key);
  });
  progress.finish();
}

}  // namespace roformer::data
