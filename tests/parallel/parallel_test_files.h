// A small parallel corpus on disk for tests: numbered sentences of different lengths.
#pragma once
#include <string>

#include "roformer/parallel/parallel_options.h"
#include "tests/base/test_files.h"

namespace roformer::tests {

/// `pairs` lines of 1 to 12 words on each side.
inline parallel::ParallelOptions number_pairs(const TestFolder& folder, int pairs = 300) {
  std::string source, target;
  for (int i = 0; i < pairs; ++i) {
    for (int w = 0; w <= i * 7 % 12; ++w) source += "s" + std::to_string((i + w * w) % 90) + " ";
    for (int w = 0; w <= i * 5 % 11; ++w) target += "t" + std::to_string((i + w) % 90) + " ";
    source += "n" + std::to_string(i) + "\n";
    target += "m" + std::to_string(i) + "\n";
  }
  parallel::ParallelOptions options;
  options.source = {folder.write("text.en", source).string()};
  options.target = {folder.write("text.de", target).string()};
  options.validation_share = options.test_share = 0.1;
  options.vocab_size = 120;
  options.cache = folder.file("cache");
  return options;
}

}  // namespace roformer::tests
