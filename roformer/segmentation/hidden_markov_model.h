// Words that no dictionary has, by how their characters usually stand: each begins a word, is
// within one, ends one or is one (B, M, E, S), and of all such rows the most probable is taken
// (Viterbi), as jieba's finalseg does.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace roformer::segmentation {

class HiddenMarkovModel {
 public:
  /// The states in the order of their letters, by which jieba decides between equal ways.
  enum State : std::uint8_t { begins, ends, within, single };
  static constexpr std::size_t num_states = 4;
  using ByState = std::array<double, num_states>;  // logarithms of probabilities

  /// Reads prob_start.py, prob_trans.py and prob_emit.py of jieba's folder finalseg. Throws Error
  /// naming file and place.
  static HiddenMarkovModel read(const std::filesystem::path& folder);
  /// Of the three files' text; `folder` for messages.
  HiddenMarkovModel(std::string_view start, std::string_view transitions,
                    std::string_view emissions, const std::filesystem::path& folder = {});

  /// Whether the model knows characters of this kind: the ideographs of jieba's own range.
  static bool knows(char32_t c) { return c >= 0x4E00 && c <= 0x9FD5; }

  /// Appends the sizes, in characters, of the words that a row of characters is cut into.
  void cut(const std::vector<char32_t>& characters, std::vector<std::uint32_t>& sizes) const;

 private:
  ByState emissions_of(char32_t c) const;

  ByState start_;
  std::array<ByState, num_states> transitions_;  // from, to
  std::unordered_map<char32_t, ByState> emissions_;
};

}  // namespace roformer::segmentation
