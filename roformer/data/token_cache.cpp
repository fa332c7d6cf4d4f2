#include "roformer/data/token_cache.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <future>
#include <thread>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
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

std::string_view bytes_of(const std::vector<std::int64_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int64_t)};
}

// Neighbouring pieces that one thread tokenises at a time.
struct Chunk {
  std::vector<documents::Piece> pieces;
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> ends;  // of each piece in ids
};

// Reads pieces until the chunk is worth a thread's while; false at the end of the text.
bool read_chunk(documents::PieceSource& pieces, std::int64_t max_documents, Chunk& chunk) {
  constexpr std::size_t chunk_bytes = 1 << 18;  // about 10 ms of work
  std::size_t size = 0;
  documents::Piece piece;
  while (size < chunk_bytes) {
    if (!pieces.next(piece) || (max_documents > 0 && piece.document >= max_documents)) return false;
    size += piece.text.size();
    chunk.pieces.push_back(std::move(piece));
    piece = {};
  }
  return true;
}

Chunk encode_chunk(Chunk chunk, const Encode& encode) {
  for (const auto& piece : chunk.pieces) {
    encode(piece.text, chunk.ids);
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
    for (std::size_t i = 0; i < chunk.pieces.size(); ++i) {
      // A document without words keeps its number: the split goes by it.
      const auto document = static_cast<std::size_t>(chunk.pieces[i].document);
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
                       base::hash_bytes(bytes_of(offsets_)),
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

  // The footer's hash held, so the counts are what was written; the sizes must still agree with the
  // file.
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

std::int64_t TokenCache::document_length(std::int64_t document) const {
  return offsets_[document + 1] - offsets_[document];
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
                       documents::PieceSource& pieces, const Encode& encode,
                       std::int64_t vocab_size, std::int64_t max_documents, int threads) {
  const std::size_t workers = threads > 0 ? static_cast<std::size_t>(threads)
                                          : std::max(1u, std::thread::hardware_concurrency());
  base::Progress progress("tokenising", pieces.total());
  base::write_file_atomically(path, [&](const base::Append& append) {
    CacheWriter writer(append, vocab_size);
    std::deque<std::future<Chunk>> running;  // in the order of the text
    const auto take_oldest = [&] {
      writer.add(running.front().get());
      running.pop_front();
      progress.update(
          pieces.consumed(),
          fmt::format("{:.1f} M tokens", static_cast<double>(writer.num_tokens()) * 1e-6));
    };
    bool more = true;
    while (more) {
      Chunk chunk;
      more = read_chunk(pieces, max_documents, chunk);
      running.push_back(
          std::async(std::launch::async, encode_chunk, std::move(chunk), std::cref(encode)));
      if (running.size() > workers) take_oldest();
    }
    while (!running.empty()) take_oldest();
    writer.finish(key);
  });
  progress.finish();
}

}  // namespace roformer::data
