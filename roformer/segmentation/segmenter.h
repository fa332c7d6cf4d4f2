// Chinese text into the words of a dictionary: of all ways to cut it the most probable one, each
// word's probability its share of the dictionary (jieba's cut(HMM=False), as rjieba has it).
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "roformer/segmentation/dictionary.h"

namespace roformer::segmentation {

/// Any number of threads may cut at once, each with memory of its own.
class Segmenter {
 public:
  explicit Segmenter(std::shared_ptr<const Dictionary> dictionary)
      : dictionary_(std::move(dictionary)) {}

  /// Memory that calls use again.
  struct Scratch {
    std::vector<std::uint32_t> begins;  // of the characters of a block, and its end, in bytes
    std::vector<double> best;           // the log probability of the best way on from each
    std::vector<std::uint32_t> next;    // the character behind the first word of that way
  };

  /// Appends the words, whose bytes are the text's, one behind the other. Letters and digits that
  /// stand together and are in no word are one; what is neither Chinese nor one of a-z A-Z 0-9
  /// +#&._%- is cut into its characters, "\r\n" apart.
  void cut(std::string_view text, Scratch& scratch, std::vector<std::string_view>& words) const;

  const Dictionary& dictionary() const { return *dictionary_; }

 private:
  void cut_block(std::string_view block, Scratch& scratch,
                 std::vector<std::string_view>& words) const;
  void find_best(std::string_view block, Scratch& scratch) const;

  std::shared_ptr<const Dictionary> dictionary_;
};

}  // namespace roformer::segmentation
