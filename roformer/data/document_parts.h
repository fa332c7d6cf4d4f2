// Which part of a text each of its documents belongs to.
#pragma once
#include <cstdint>

#include "roformer/data/data_options.h"
#include "roformer/data/split.h"

namespace roformer::data {

/// The part of a document by a hash of its number: it hangs on no other document, and each
/// held-out part on its own share alone. So a test part that is added, or a larger one, takes
/// documents from training and none from validation.
Split drawn_part(std::int64_t document, const DataOptions& options);

/// The parts of a text of few documents too: where the hash gives a held-out part none although it
/// has a share, the last document to learn from is its own, as long as one is left to learn from;
/// validation, which no training does without, goes before test.
class DocumentParts {
 public:
  /// Of documents 0 … count − 1.
  DocumentParts(const DataOptions& options, std::int64_t count);

  Split of(std::int64_t document) const;
  /// Whether a part has a share of the text and yet no document.
  bool lacks(Split split) const;

  /// So many documents tell all: with more, the parts of these are the same.
  static std::int64_t telling_count(const DataOptions& options);

 private:
  void give_last(Split split);
  std::int64_t last_of(Split split, std::int64_t end) const;

  DataOptions options_;
  std::int64_t count_;
  std::int64_t last_validation_ = -1, last_test_ = -1;  // given, not drawn
  bool lacks_validation_ = false, lacks_test_ = false;
};

}  // namespace roformer::data
