#include "roformer/segmentation/hidden_markov_model.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/segmentation/probability_file.h"

namespace roformer::segmentation {
namespace {

using State = HiddenMarkovModel::State;
using ByState = HiddenMarkovModel::ByState;
constexpr std::size_t num_states = HiddenMarkovModel::num_states;

// jieba's logarithm of what never happens.
constexpr double kNever = -3.14e100;

constexpr ByState kNothing = {kNever, kNever, kNever, kNever};

std::size_t state_of(const std::string& key, const std::string& place) {
  constexpr std::string_view letters = "BEMS";
  const std::size_t state = key.size() == 1 ? letters.find(key) : letters.npos;
  base::require(state != letters.npos, "[segmentation] {}: expected B, E, M or S but got '{}'",
                place, key);
  return state;
}

// The states that a state may follow, in the order of their letters.
constexpr std::array<std::array<State, 2>, num_states> kBefore = {{
    {State::ends, State::single},    // B
    {State::begins, State::within},  // E
    {State::begins, State::within},  // M
    {State::ends, State::single},    // S
}};

}  // namespace

HiddenMarkovModel::HiddenMarkovModel(std::string_view start, std::string_view transitions,
                                     std::string_view emissions,
                                     const std::filesystem::path& folder)
    : start_(kNothing) {
  transitions_.fill(kNothing);
  const std::string start_file = (folder / "prob_start.py").string(),
                    transition_file = (folder / "prob_trans.py").string(),
                    emission_file = (folder / "prob_emit.py").string();
  const auto require_all = [](const auto& lines, std::size_t least, const std::string& file) {
    base::require(lines.size() >= least,
                  "[segmentation] {}: expected {} or more numbers but got {}", file, least,
                  lines.size());
  };
  const auto starts = read_probabilities(start, start_file, 1);
  require_all(starts, num_states, start_file);
  for (const Probability& line : starts)
    start_[state_of(line.keys[0], start_file)] = line.logarithm;
  const auto steps = read_probabilities(transitions, transition_file, 2);
  require_all(steps, 2 * num_states, transition_file);
  for (const Probability& line : steps)
    transitions_[state_of(line.keys[0], transition_file)][state_of(line.keys[1], transition_file)] =
        line.logarithm;
  std::array<bool, num_states> has_state = {};
  for (const Probability& line : read_probabilities(emissions, emission_file, 2)) {
    const std::size_t state = state_of(line.keys[0], emission_file);
    const char32_t c = only_character(line.keys[1], emission_file);
    emissions_.try_emplace(c, kNothing).first->second[state] = line.logarithm;
    has_state[state] = true;
  }
  base::require(
      std::find(has_state.begin(), has_state.end(), false) == has_state.end(),
      "[segmentation] {}: expected characters of each of B, E, M and S but got none of some",
      emission_file);
}

HiddenMarkovModel HiddenMarkovModel::read(const std::filesystem::path& folder) {
  const auto text = [&](const char* name) { return base::read_file(folder / name); };
  return {text("prob_start.py"), text("prob_trans.py"), text("prob_emit.py"), folder};
}

ByState HiddenMarkovModel::emissions_of(char32_t c) const {
  const auto found = emissions_.find(c);
  return found == emissions_.end() ? kNothing : found->second;
}

void HiddenMarkovModel::cut(const std::vector<char32_t>& characters,
                            std::vector<std::uint32_t>& sizes) const {
  if (characters.empty()) return;
  std::vector<std::array<State, num_states>> came_from(characters.size());
  ByState way = emissions_of(characters[0]);
  for (std::size_t state = 0; state < num_states; ++state) way[state] = start_[state] + way[state];
  for (std::size_t at = 1; at < characters.size(); ++at) {
    const ByState emitted = emissions_of(characters[at]);
    ByState next;
    for (std::size_t state = 0; state < num_states; ++state) {
      const auto [first, second] = kBefore[state];
      const double by_first = way[first] + transitions_[first][state] + emitted[state];
      const double by_second = way[second] + transitions_[second][state] + emitted[state];
      // Of equal ways that of the later letter.
      came_from[at][state] = by_second >= by_first ? second : first;
      next[state] = std::max(by_first, by_second);
    }
    way = next;
  }
  // Backwards: a word ends at E and S.
  State state = way[State::single] >= way[State::ends] ? State::single : State::ends;
  const std::size_t before = sizes.size();
  std::uint32_t size = 0;
  for (std::size_t at = characters.size(); at-- > 0;) {
    ++size;
    if (state == State::begins || state == State::single) {
      sizes.push_back(size);
      size = 0;
    }
    if (at > 0) state = came_from[at][state];
  }
  if (size > 0) sizes.push_back(size);
  std::reverse(sizes.begin() + static_cast<std::ptrdiff_t>(before), sizes.end());
}

}  // namespace roformer::segmentation
