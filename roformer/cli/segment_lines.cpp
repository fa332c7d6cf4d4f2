#include "roformer/cli/segment_lines.h"

#include <iostream>
#include <memory>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/cli/line_chunks.h"
#include "roformer/text/subword_nmt.h"

namespace roformer::cli {

void segment_lines(const CodesOptions& options) {
  text::SubwordNmtOptions settings{.separator = options.separator};
  if (!options.vocabulary.empty()) {
    const auto units = text::parse_unit_counts(base::read_file(options.vocabulary),
                                               options.threshold, options.vocabulary);
    settings.allowed = std::make_shared<const text::UnitSet>(units.begin(), units.end());
  }
  const text::SubwordNmt nmt(base::read_file(options.codes), options.codes, std::move(settings));
  for (std::string line; std::getline(std::cin, line);) std::cout << nmt.segment(line) << '\n';
  require_readable_input();
  std::cout.flush();
  base::require(std::cout.good(), "[tokenize] cannot write to standard output");
}

}  // namespace roformer::cli
