#include "roformer/documents/documents.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/names.h"
#include "roformer/base/nearest_name.h"
#include "roformer/documents/text_files.h"

namespace roformer::documents {
namespace {

namespace fs = std::filesystem;

constexpr base::Named<DocumentRule> kRules[] = {{"file", DocumentRule::file},
                                                {"block", DocumentRule::block},
                                                {"line", DocumentRule::line},
                                                {"pair", DocumentRule::pair}};

constexpr bool is_a_line(DocumentRule rule) {
  return rule == DocumentRule::line || rule == DocumentRule::pair;
}

// A paragraph without end (a file on one line, or without blank lines) is cut here, at a line end
// where there is one.
constexpr std::size_t largest_paragraph = 1 << 20;

// One line that is a whole book is read in pieces of this size.
constexpr std::size_t largest_line(DocumentRule rule) {
  constexpr std::size_t piece = 1 << 13;
  return rule == DocumentRule::block ? piece : largest_paragraph;
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\f\v\r\xC2\xA0") == std::string_view::npos;
}

class TextFileParagraphs final : public ParagraphSource {
 public:
  TextFileParagraphs(std::vector<fs::path> files, DocumentRule rule, std::int64_t block_size)
      : files_(std::move(files), largest_line(rule)),
        rule_(rule),
        block_size_(block_size),
        largest_block_(largest_block(block_size)) {}

  bool next(Paragraph& paragraph) override {
    paragraph.text.clear();
    while (true) {
      if (!files_.is_open() && !files_.open_next()) return false;
      const bool more = read_paragraph(paragraph.text);
      if (!paragraph.text.empty()) paragraph.document = current_document();
      end_paragraph(paragraph.text.size());
      if (!more) end_document();  // whatever the rule
      if (!paragraph.text.empty()) return true;
    }
  }
  std::int64_t total() const override { return files_.total(); }
  std::int64_t consumed() const override { return files_.consumed(); }

 private:
  // A document begins lazily: its number is taken when its first paragraph comes, so none is empty.
  std::int64_t current_document() {
    document_ += ended_;
    ended_ = false;
    return document_;
  }
  void end_document() {
    ended_ = true;
    document_size_ = 0;
  }

  void end_paragraph(std::size_t size) {
    document_size_ += static_cast<std::int64_t>(size);
    const bool ends =
        is_a_line(rule_) ||
        (rule_ == DocumentRule::block && ((ended_by_blank_line_ && document_size_ >= block_size_) ||
                                          document_size_ >= largest_block_));
    if (size > 0 && ends) end_document();
  }

  // Appends the lines up to a blank one (or one line, by that rule); false at the end of the file.
  bool read_paragraph(std::string& text) {
    ended_by_blank_line_ = false;
    while (files_.next(line_)) {
      if (is_blank(line_)) {
        ended_by_blank_line_ = true;
        if (text.empty()) continue;
        return true;
      }
      if (!text.empty()) text += ' ';
      text += line_;
      if (is_a_line(rule_) || text.size() >= largest_paragraph) return true;
      if (rule_ == DocumentRule::block && fills_a_block(text.size())) return true;
    }
    return false;
  }

  bool fills_a_block(std::size_t fresh) const {
    return document_size_ + static_cast<std::int64_t>(fresh) >= largest_block_;
  }

  LineFiles files_;
  DocumentRule rule_;
  std::int64_t block_size_, largest_block_;
  std::int64_t document_ = -1;
  bool ended_ = true;  // the next paragraph begins a document
  std::string line_;
  bool ended_by_blank_line_ = false;
  std::int64_t document_size_ = 0;
};

}  // namespace

DocumentRule document_rule(std::string_view name) {
  const auto rule = base::find_named(kRules, name);
  base::require(rule.has_value(),
                "[data] expected data.document to be file, block, line or pair but got '{}'{}",
                name, base::did_you_mean(name, {"file", "block", "line", "pair"}));
  return *rule;
}

const char* document_rule_name(DocumentRule rule) {
  return base::name_in(kRules, rule);
}

std::int64_t largest_block(std::int64_t block_size) {
  // Paragraphs of prose are smaller; a novel without blank lines becomes a hundred documents.
  constexpr std::int64_t times = 8, least = 4096;
  return std::max(least, times * block_size);
}

std::unique_ptr<ParagraphSource> open_text_files(std::vector<fs::path> files, DocumentRule rule,
                                                 std::int64_t block_size) {
  return std::make_unique<TextFileParagraphs>(std::move(files), rule, block_size);
}

}  // namespace roformer::documents
