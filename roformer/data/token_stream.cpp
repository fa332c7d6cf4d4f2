#include "roformer/data/token_stream.h"

#include <fmt/ranges.h>

#include <array>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/progress.h"
#include "roformer/data/corpus.h"
#include "roformer/data/document_stream.h"
#include "roformer/documents/text_files.h"
#include "roformer/text/byte_tokenizer.h"

namespace roformer::data {
namespace {

class CorpusStream final : public TokenStream {
 public:
  CorpusStream(const DataOptions& options, int threads)
      : corpus_(options, threads),
        parts_{stream_of(Split::training), stream_of(Split::validation), stream_of(Split::test)} {}

  const text::Tokenizer& tokenizer() const override { return corpus_.tokenizer(); }
  std::int64_t size(Split split) const override { return part(split).size(); }
  void read(Split split, std::int64_t begin, std::int64_t end,
            std::vector<std::int64_t>& out) const override {
    part(split).read(begin, end, out);
  }
  const DataOptions& options() const override { return corpus_.options(); }
  std::string summary() const override { return corpus_.summary(); }

 private:
  DocumentStream stream_of(Split split) const {
    return {corpus_.tokens(split), corpus_.documents(split), corpus_.tokenizer().end_id()};
  }
  const DocumentStream& part(Split split) const { return parts_[static_cast<std::size_t>(split)]; }

  Corpus corpus_;
  std::array<DocumentStream, 3> parts_;
};

constexpr std::size_t kBytesAtOnce = 1 << 20;

std::string read_files(const std::vector<std::filesystem::path>& files) {
  std::int64_t done = 0;
  base::Progress progress("reading", "bytes", documents::total_size(files));
  std::string bytes;
  for (const auto& file : files) {
    const auto source = documents::open_bytes(file);
    for (bool more = true; more;) {
      const std::size_t size = bytes.size();
      bytes.resize(size + kBytesAtOnce);
      const std::size_t got = source->read(bytes.data() + size, kBytesAtOnce);
      bytes.resize(size + got);
      more = got > 0;
      progress.update(done + source->consumed());
    }
    done += source->consumed();
  }
  progress.finish();
  return bytes;
}

std::string read_paragraphs(documents::ParagraphSource& paragraphs) {
  base::Progress progress("reading", "bytes", paragraphs.total());
  std::string bytes;
  documents::Paragraph paragraph;
  while (paragraphs.next(paragraph)) {
    if (!bytes.empty()) bytes += "\n\n";
    bytes += paragraph.text;
    progress.update(paragraphs.consumed());
  }
  progress.finish();
  return bytes;
}

std::string read_text(const DataOptions& options, Split split) {
  const TextSelection selection = select_text(options, split);
  std::string bytes =
      selection.apt ? read_paragraphs(*selection.open()) : read_files(selection.files);
  base::require(!bytes.empty(), "[data] {}: expected text but {} empty: {}", files_key(split),
                selection.files.size() == 1 ? "the file is" : "all files are",
                fmt::join(options.files_of(split), ", "));
  return bytes;
}

std::size_t share_of(std::size_t size, double share) {
  return static_cast<std::size_t>(std::llround(static_cast<double>(size) * share));
}

}  // namespace

std::shared_ptr<const TokenStream> open_token_stream(const DataOptions& options, int threads) {
  if (options.is_bytes()) return std::make_shared<const ByteStream>(options);
  return std::make_shared<const CorpusStream>(options, threads);
}

ByteStream::ByteStream(const DataOptions& options)
    : options_(options),
      tokenizer_(text::byte_tokenizer()),
      bytes_(read_text(options, Split::training)) {
  test_begin_ = bytes_.size() - share_of(bytes_.size(), options.share_of(Split::test));
  validation_begin_ = test_begin_ - share_of(bytes_.size(), options.share_of(Split::validation));
  for (const Split split : {Split::validation, Split::test})
    if (!options.files_of(split).empty()) own(split) = read_text(options, split);
}

std::string_view ByteStream::bytes(Split split) const {
  if (split != Split::training && !options_.files_of(split).empty()) return own(split);
  const std::string_view all = bytes_;
  switch (split) {
    case Split::training:
      return all.substr(0, validation_begin_);
    case Split::validation:
      return all.substr(validation_begin_, test_begin_ - validation_begin_);
    default:
      return all.substr(test_begin_);
  }
}

std::int64_t ByteStream::size(Split split) const {
  return static_cast<std::int64_t>(bytes(split).size());
}

void ByteStream::read(Split split, std::int64_t begin, std::int64_t end,
                      std::vector<std::int64_t>& out) const {
  const std::int64_t first = tokenizer_.facts().first_byte_id.value();
  for (const char c :
       bytes(split).substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)))
    out.push_back(first + static_cast<unsigned char>(c));
}

std::string ByteStream::summary() const {
  const auto millions = [&](Split split) { return static_cast<double>(size(split)) * 1e-6; };
  return fmt::format(
      "{:.2f} M bytes to learn from, {:.2f} M for validation and {:.2f} M for test held out",
      millions(Split::training), millions(Split::validation), millions(Split::test));
}

}  // namespace roformer::data
