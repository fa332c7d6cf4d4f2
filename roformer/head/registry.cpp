#include "roformer/head/registry.h"

#include <algorithm>
#include <set>

namespace roformer::head {

// A line a head. Each is a function of this name in a file of this name.
#define ROFORMER_HEADS(HEAD)  \
  HEAD(masked_language_model) \
  HEAD(causal_language_model) \
  HEAD(pretraining)           \
  HEAD(next_sentence)         \
  HEAD(multiple_choice)       \
  HEAD(sequence_classifier)   \
  HEAD(token_classifier)      \
  HEAD(question_answering)    \
  HEAD(trunk_alone)

#define ROFORMER_DECLARE(name) const Description& name();
ROFORMER_HEADS(ROFORMER_DECLARE)
#undef ROFORMER_DECLARE

const std::vector<const Description*>& all() {
#define ROFORMER_ADDRESS(name) &name(),
  static const std::vector<const Description*> heads{ROFORMER_HEADS(ROFORMER_ADDRESS)};
#undef ROFORMER_ADDRESS
  return heads;
}
#undef ROFORMER_HEADS

namespace {

// The family's heads that the file may hold, those with more weights first.
std::vector<const Description*> found_in(const Holdings& holdings) {
  std::vector<const Description*> found;
  for (const Description* head : all()) {
    if (head->classes.contains(holdings.config.model_type) && head->suits(holdings) &&
        head->has_weights(holdings))
      found.push_back(head);
  }
  std::stable_sort(found.begin(), found.end(), [&](const auto* a, const auto* b) {
    return a->weights(holdings).size() > b->weights(holdings).size();
  });
  return found;
}

}  // namespace

const Description& choose(const std::string& class_name, const Holdings& holdings) {
  if (class_name.empty()) {
    const auto found = found_in(holdings);
    return found.empty() ? *all().back() : *found.front();
  }
  for (const Description* head : all()) {
    const auto name = head->classes.find(holdings.config.model_type);
    if (name != head->classes.end() && name->second == class_name) return *head;
  }
  return *all().back();
}

std::vector<std::string> in_words(const Description& chosen, const Holdings& holdings) {
  auto found = found_in(holdings);
  if (chosen.has_weights(holdings)) found.insert(found.begin(), &chosen);
  std::set<std::string> told;
  std::vector<std::string> words;
  for (const Description* head : found) {
    const std::vector<std::string> weights = head->weights(holdings);
    const bool is_new = std::none_of(weights.begin(), weights.end(),
                                     [&](const auto& name) { return told.contains(name); });
    if (!is_new) continue;
    told.insert(weights.begin(), weights.end());
    for (const std::string& part : head->words(holdings)) words.push_back(part);
  }
  return words;
}

}  // namespace roformer::head
