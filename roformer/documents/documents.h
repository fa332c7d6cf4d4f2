// Text as documents, and documents as paragraphs (no word crosses the end of one), so
// that a document of any size streams through in constant memory.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::documents {

/// What one document is.
///   file:  a whole file (books)
///   block: lines up to a blank line; a block below the smallest size joins the next ones
///          (headings, dialogue), and one without blank lines ends with a line, at the largest size
///   line:  a line
///   pair:  a line, which two texts with a tab between them share, or one has alone
enum class DocumentRule { file, block, line, pair };

/// Throws Error unless `name` is file, block, line or pair.
DocumentRule document_rule(std::string_view name);
/// Its name.
const char* document_rule_name(DocumentRule rule);

struct Paragraph {
  std::string text;           // wrapped lines joined by a space
  std::int64_t document = 0;  // counted from 0 through all files
};

/// A stream of paragraphs in the order of the text.
class ParagraphSource {
 public:
  virtual ~ParagraphSource() = default;
  /// False at the end of the text. Pieces are never empty; a document without text has no number.
  virtual bool next(Paragraph& paragraph) = 0;
  /// Bytes on disk in all, and consumed so far.
  virtual std::int64_t total() const = 0;
  virtual std::int64_t consumed() const = 0;
};

/// The largest size of a block in bytes, but for the line it ends with.
std::int64_t largest_block(std::int64_t block_size);

/// Documents of text files. `block_size` is the smallest size of a block in bytes.
std::unique_ptr<ParagraphSource> open_text_files(std::vector<std::filesystem::path> files,
                                                 DocumentRule rule, std::int64_t block_size);

}  // namespace roformer::documents
