#include "roformer/documents/documents.h"

#include <numeric>
#include <optional>

#include "roformer/base/error.h"
#include "roformer/documents/text_files.h"

namespace roformer::documents {
namespace {

namespace fs = std::filesystem;

// A paragraph without end (a file on one line, or without blank lines) is cut here, at a line end
// where there is one.
constexpr std::size_t largest_paragraph = 1 << 20;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\f\v\r\xC2\xA0") == std::string_view::npos;
}

// Begins a document lazily: its number is taken when its first paragraph comes, so that none is empty.
class DocumentCounter {
 public:
  std::int64_t current() {
    if (pending_) ++number_;
    pending_ = false;
    return number_;
  }
  void end_document() { pending_ = true; }

 private:
  std::int64_t number_ = -1;
  bool pending_ = true;
};

class TextFileParagraphs final : public ParagraphSource {
 public:
  TextFileParagraphs(std::vector<fs::path> files, DocumentRule rule, std::int64_t block_size)
      : files_(std::move(files)), rule_(rule), block_size_(block_size) {
    for (const auto& file : files_) total_ += static_cast<std::int64_t>(fs::file_size(file));
  }

  bool next(Paragraph& paragraph) override {
    paragraph.text.clear();
    while (true) {
      if (!reader_ && !open_next()) return false;
      const bool more = read_paragraph(paragraph.text);
      if (!paragraph.text.empty()) paragraph.document = counter_.current();
      end_paragraph(paragraph.text.size());
      if (!more) close();
      if (!paragraph.text.empty()) return true;
    }
  }
  std::int64_t total() const override { return total_; }
  std::int64_t consumed() const override { return closed_ + (reader_ ? reader_->consumed() : 0); }

 private:
  bool open_next() {
    if (next_file_ == files_.size()) return false;
    reader_.emplace(files_[next_file_++]);
    return true;
  }

  void close() {
    closed_ += reader_->consumed();
    reader_.reset();
    // A file ends its document whatever the rule.
    counter_.end_document();
    document_size_ = 0;
  }

  void end_paragraph(std::size_t size) {
    document_size_ += static_cast<std::int64_t>(size);
    const bool ends =
        rule_ == DocumentRule::line ||
        (rule_ == DocumentRule::block && ended_by_blank_line_ && document_size_ >= block_size_);
    if (size == 0 || !ends) return;
    counter_.end_document();
    document_size_ = 0;
  }

  // Appends the lines up to a blank one (or one line, by that rule); false at the end of the file.
  bool read_paragraph(std::string& text) {
    ended_by_blank_line_ = false;
    while (reader_->next(line_)) {
      if (is_blank(line_)) {
        ended_by_blank_line_ = true;
        if (text.empty()) continue;
        return true;
      }
      if (!text.empty()) text += ' ';
      text += line_;
      if (rule_ == DocumentRule::line || text.size() >= largest_paragraph) return true;
    }
    return false;
  }

  std::vector<fs::path> files_;
  DocumentRule rule_;
  std::int64_t block_size_;
  std::size_t next_file_ = 0;
  std::optional<LineReader> reader_;
  DocumentCounter counter_;
  std::string line_;
  bool ended_by_blank_line_ = false;
  std::int64_t document_size_ = 0;
  std::int64_t total_ = 0;
  std::int64_t closed_ = 0;
};

}  // namespace

DocumentRule document_rule(std::string_view name) {
  if (name == "file") return DocumentRule::file;
  if (name == "block") return DocumentRule::block;
  if (name == "line") return DocumentRule::line;
  base::fail("[data] expected data.document to be file, block or line but got '{}'", name);
}

const char* document_rule_name(DocumentRule rule) {
  switch (rule) {
    case DocumentRule::file:
      return "file";
    case DocumentRule::line:
      return "line";
    default:
      return "block";
  }
}

std::unique_ptr<ParagraphSource> open_text_files(std::vector<fs::path> files, DocumentRule rule,
                                                 std::int64_t block_size) {
  return std::make_unique<TextFileParagraphs>(std::move(files), rule, block_size);
}

}  // namespace roformer::documents
