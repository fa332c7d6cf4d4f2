// A small SentencePiece model for tests, trained on the spot.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "roformer/vocabulary/train_sentencepiece.h"

namespace roformer::tests {

inline std::vector<std::string> small_lines() {
  std::vector<std::string> lines;
  for (int i = 0; i < 40; ++i) {
    lines.push_back("the small dog runs over the green field " + std::to_string(i));
    lines.push_back("der kleine Hund läuft über das grüne Feld " + std::to_string(i));
  }
  return lines;
}

inline std::string train_on(const std::vector<std::string>& lines,
                            const vocabulary::SentencePieceTrainerOptions& options) {
  std::size_t next = 0;
  return vocabulary::train_sentencepiece(
      [&](std::string& line) {
        if (next == lines.size()) return false;
        line = lines[next++];
        return true;
      },
      options);
}

inline std::string small_sentencepiece(std::int64_t size = 100) {
  return train_on(small_lines(), {.vocabulary_size = size});
}

}  // namespace roformer::tests
