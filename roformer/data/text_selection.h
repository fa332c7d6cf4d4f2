// Where the text of data.text lies and how it is read.
#pragma once
#include <filesystem>
#include <memory>
#include <vector>

#include "roformer/data/data_options.h"
#include "roformer/documents/documents.h"

namespace roformer::data {

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

}  // namespace roformer::data
