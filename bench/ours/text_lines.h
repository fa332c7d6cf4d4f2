// The text that tokenizers are measured on.
#pragma once
#include <string>
#include <vector>

#include "roformer/documents/text_files.h"

namespace bench {

/// Lines and their size on disk.
struct Text {
  std::vector<std::string> lines;
  double megabytes = 0;
};

/// The first lines of a file or folder, plain or packed, up to so many megabytes.
inline Text read_text(const std::string& name, double megabytes) {
  Text text;
  for (const auto& path : roformer::documents::find_text_files({name})) {
    roformer::documents::LineReader reader(path);
    for (std::string line; text.megabytes < megabytes && reader.next(line);) {
      text.megabytes += static_cast<double>(line.size() + 1) / 1e6;
      text.lines.push_back(line);
    }
  }
  return text;
}

}  // namespace bench
