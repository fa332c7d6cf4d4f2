// Which words a translation may have, by the words of its source: then only their rows of the output
// layer are computed. The table is that of `roformer shortlist`, in Marian's form.
#pragma once
#include <cstdint>
#include <filesystem>
#include <unordered_map>
#include <vector>

#include "roformer/text/vocabulary.h"

namespace roformer::generate {

/// What of a table is taken; the numbers are those of Marian's --shortlist FILE FIRST BEST.
struct ShortlistOptions {
  std::int64_t first = 100;  // the first words of the vocabulary are in every list
  std::int64_t best = 100;   // and of each word of a source so many likeliest translations
};

class Shortlist {
 public:
  /// Lines "target source probability" with spaces between; those of NULL are passed over. Throws
  /// Error naming file and line for another form, a word outside the vocabulary and a probability
  /// outside 0 … 1, and the option that is below 0.
  Shortlist(const std::filesystem::path& path, const text::Vocabulary& vocabulary,
            const ShortlistOptions& options = {});

  /// Ids, ascending: of a source with its end token, which are in the list themselves, since names
  /// and numbers stay as they are. `more` are in it too.
  std::vector<std::int64_t> words_of(const std::vector<std::int64_t>& source,
                                     const std::vector<std::int64_t>& more = {}) const;

 private:
  std::int64_t first_;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> targets_;
};

}  // namespace roformer::generate
