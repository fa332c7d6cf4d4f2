// A small corpus on disk for tests: text files, a vocabulary of its words, a cache folder of its
// own.
#pragma once
#include <string>
#include <vector>

#include "roformer/data/data_options.h"
#include "tests/base/test_files.h"

namespace roformer::tests {

/// Words w0 … w{count − 1}, each a token, behind the five special tokens.
inline std::string number_vocabulary(int count) {
  std::string text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
  for (int i = 0; i < count; ++i) text += "w" + std::to_string(i) + "\n";
  return text;
}

/// `documents` blocks; document d has `words` + d % 5 words.
inline std::string number_text(int documents, int words, int vocabulary) {
  std::string text;
  for (int d = 0; d < documents; ++d) {
    for (int i = 0; i < words + d % 5; ++i) {
      text += "w" + std::to_string((d * 7 + i * i) % vocabulary) + (i % 9 == 8 ? "\n" : " ");
    }
    text += "\n\n";
  }
  return text;
}

inline data::DataOptions number_options(const TestFolder& folder, int documents = 200,
                                        int words = 20) {
  data::DataOptions options;
  options.text = {folder.write("text.txt", number_text(documents, words, 300)).string()};
  options.vocabulary = folder.write("vocab.txt", number_vocabulary(300)).string();
  options.block_size = 0;
  options.cache = folder.file("cache");
  return options;
}

}  // namespace roformer::tests
