#include "roformer/head/registry.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "roformer/base/error.h"
#include "roformer/format/printable.h"

namespace roformer::head {

// A line a head. Each is a function of this name in a file of this name.
#define ROFORMER_HEADS(HEAD)  \
  HEAD(masked_language_model) \
  HEAD(causal_language_model) \
  HEAD(trunk_alone)           \
  HEAD(pretraining)           \
  HEAD(next_sentence)         \
  HEAD(multiple_choice)       \
  HEAD(sequence_classifier)   \
  HEAD(token_classifier)      \
  HEAD(question_answering)

#define ROFORMER_DECLARE(name) const Description& name();
ROFORMER_HEADS(ROFORMER_DECLARE)

const std::vector<const Description*>& all() {
#define ROFORMER_ADDRESS(name) &name(),
  static const std::vector<const Description*> heads{ROFORMER_HEADS(ROFORMER_ADDRESS)};
  return heads;
}

namespace {

// The family's heads that the file may hold.
std::vector<const Description*> found_in(const Holdings& holdings) {
  std::vector<const Description*> found;
  for (const Description* head : all()) {
    const auto own = head->classes.find(holdings.config.model_type);
    if (own == head->classes.end() || !head->suits(holdings)) continue;
    const std::vector<std::string>& weights = own->second.weights;
    if (std::all_of(weights.begin(), weights.end(),
                    [&](const std::string& name) { return holdings.has(name); }))
      found.push_back(head);
  }
  return found;
}

bool is_part_of(const std::vector<std::string>& some, const std::vector<std::string>& more) {
  return some.size() < more.size() &&
         std::all_of(some.begin(), some.end(), [&](const std::string& name) {
           return std::find(more.begin(), more.end(), name) != more.end();
         });
}

// " (no, maybe, yes)": the first labels' names; empty if they have none.
std::string labels_in_words(const std::vector<std::string>& labels) {
  constexpr std::size_t most_shown = 6;
  if (labels.empty()) return {};
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(most_shown, labels.size()); ++i)
    shown.push_back(format::printable(labels[i]));
  return fmt::format(" ({}{})", fmt::join(shown, ", "), labels.size() > most_shown ? ", …" : "");
}

}  // namespace

std::vector<const Description*> fitting(const Holdings& holdings) {
  const std::string& family = holdings.config.model_type;
  const std::vector<const Description*> found = found_in(holdings);
  std::vector<const Description*> result;
  for (const Description* head : found) {
    const bool is_part = std::any_of(found.begin(), found.end(), [&](const Description* other) {
      return is_part_of(head->of(family).weights, other->of(family).weights);
    });
    if (head != &trunk_alone() && !is_part) result.push_back(head);
  }
  return result;
}

const Description& choose(const std::string& class_name, const Holdings& holdings) {
  const std::string& family = holdings.config.model_type;
  if (class_name.empty()) {
    const std::vector<const Description*> found = fitting(holdings);
    std::vector<std::string> names;
    for (const Description* head : found) names.push_back(head->of(family).name);
    base::require(found.size() <= 1,
                  "[head] expected config.json to name its class (architectures), since the "
                  "weights may be those of {}, but got none",
                  fmt::join(names, " and of "));
    return found.empty() ? trunk_alone() : *found.front();
  }
  for (const Description* head : all()) {
    const auto own = head->classes.find(family);
    if (own != head->classes.end() && own->second.name == class_name) return *head;
  }
  return trunk_alone();
}

std::vector<std::string> in_words(const std::string& class_name, const Holdings& holdings) {
  const std::string& family = holdings.config.model_type;
  std::vector<const Description*> found = found_in(holdings);
  std::map<std::string, const Description*> tellers;  // by the weights that are their own
  for (const Description* head : found) {
    const Description*& teller = tellers[head->of(family).weights.back()];
    if (teller == nullptr || head->of(family).name == class_name) teller = head;
  }
  std::vector<std::string> words;
  for (const Description* head : found) {
    const std::string& own = head->of(family).weights.back();
    if (tellers.at(own) != head) continue;
    words.push_back(fmt::format(fmt::runtime(head->words), holdings.rows(own)));
    if (words.back() != head->words) words.back() += labels_in_words(holdings.head.labels);
  }
  return words;
}

}  // namespace roformer::head
