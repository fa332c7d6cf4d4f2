// Chinese text into the words of a dictionary: of all ways to cut it the most probable one, each
// word's probability its share of the dictionary (jieba's cut(HMM=False), as rjieba has it). With a
// hidden Markov model single characters that are left in a row are joined to words by it (jieba's
// cut(HMM=True)).
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "roformer/segmentation/dictionary.h"
#include "roformer/segmentation/hidden_markov_model.h"

namespace roformer::segmentation {

/// Any number of threads may cut at once, each with memory of its own.
class Segmenter {
 public:
  explicit Segmenter(std::shared_ptr<const Dictionary> dictionary,
                     std::shared_ptr<const HiddenMarkovModel> model = nullptr)
      : dictionary_(std::move(dictionary)), model_(std::move(model)) {}

  /// Memory that calls use again.
  struct Scratch {
    std::size_t count = 0;               // characters of a block
    std::vector<std::uint32_t> begins;   // of each, and the block's end, in bytes
    std::vector<std::uint32_t> numbers;  // of each in the dictionary, and a 0
    std::vector<double> best;            // the log probability of the best way on from each
    std::vector<std::uint32_t> next;     // the character behind the first word of that way
    std::vector<char32_t> characters;    // that the model joins
    std::vector<std::uint32_t> sizes;    // of its words, in characters

    /// Room for blocks twice as long.
    void grow() {
      const std::size_t room = 2 * begins.size() + 64;
      begins.resize(room);
      numbers.resize(room);
      best.resize(room);
      next.resize(room);
    }
  };

  /// Appends the words, whose bytes are the text's, one behind the other. Letters and digits that
  /// stand together and are in no word are one; what is neither Chinese nor one of a-z A-Z 0-9
  /// +#&._%- is cut into its characters, "\r\n" apart.
  void cut(std::string_view text, Scratch& scratch, std::vector<std::string_view>& words) const;

  const Dictionary& dictionary() const { return *dictionary_; }
  bool has_model() const { return model_ != nullptr; }

 private:
  std::string_view read_block(std::string_view text, Scratch& scratch) const;
  void find_best(Scratch& scratch) const;
  void join_letters(std::string_view block, const Scratch& scratch,
                    std::vector<std::string_view>& words) const;
  void join_by_model(std::string_view block, Scratch& scratch,
                     std::vector<std::string_view>& words) const;
  void cut_singles(std::string_view singles, std::size_t count, Scratch& scratch,
                   std::vector<std::string_view>& words) const;
  void cut_unknown(std::string_view text, Scratch& scratch,
                   std::vector<std::string_view>& words) const;

  std::shared_ptr<const Dictionary> dictionary_;
  std::shared_ptr<const HiddenMarkovModel> model_;
};

}  // namespace roformer::segmentation
