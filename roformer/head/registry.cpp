#include "roformer/head/registry.h"

#include <fmt/ranges.h>

#include <algorithm>

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
  HEAD(question_answering)    \
  HEAD(pair_scorer)

#define ROFORMER_DECLARE(name) Description name();
ROFORMER_HEADS(ROFORMER_DECLARE)

const std::vector<Description>& all() {
#define ROFORMER_DESCRIBE(name) name(),
  static const std::vector<Description> heads{ROFORMER_HEADS(ROFORMER_DESCRIBE)};
  return heads;
}

namespace {

using Names = std::vector<std::string>;

// A head of the holdings' family, and its class there.
struct Found {
  const Description* head = nullptr;
  const ClassOfFamily* own = nullptr;
};

std::vector<Found> heads_of(const std::string& family) {
  std::vector<Found> heads;
  for (const Description& head : all()) {
    const auto own = head.classes.find(family);
    if (own != head.classes.end()) heads.push_back({&head, &own->second});
  }
  return heads;
}

// Those that the file may hold.
std::vector<Found> found_in(const Holdings& holdings) {
  std::vector<Found> found = heads_of(holdings.config.model_type);
  std::erase_if(found, [&](const Found& one) {
    return !one.head->suits(holdings) ||
           !std::all_of(one.own->weights.begin(), one.own->weights.end(),
                        [&](const std::string& name) { return holdings.has(name); });
  });
  return found;
}

// Its head, or null for a name that is no class of the family.
const Description* find_head(const std::string& class_name, const std::string& family) {
  for (const Found& one : heads_of(family)) {
    if (one.own->name == class_name) return one.head;
  }
  return nullptr;
}

bool is_part_of(const Names& some, const Names& more) {
  return some.size() < more.size() &&
         std::all_of(some.begin(), some.end(), [&](const std::string& name) {
           return std::find(more.begin(), more.end(), name) != more.end();
         });
}

}  // namespace

std::vector<std::string> possible_classes(const std::string& class_name, const Holdings& holdings) {
  if (find_head(class_name, holdings.config.model_type) != nullptr) return {class_name};
  const std::vector<Found> found = found_in(holdings);
  Names names;
  for (const auto& [head, own] : found) {
    const Names& weights = own->weights;
    const bool is_part = std::any_of(found.begin(), found.end(), [&](const Found& other) {
      return is_part_of(weights, other.own->weights);
    });
    if (!is_part) names.push_back(own->name);
  }
  return names;
}

const Description& choose(const std::string& class_name, const Holdings& holdings) {
  const Names possible = possible_classes(class_name, holdings);
  base::require(possible.size() == 1,
                "[head] expected config.json to name its class (architectures), since the weights "
                "may be those of {}, but got {}",
                fmt::join(possible, " and of "),
                class_name.empty() ? "none" : format::printable(class_name));
  return *find_head(possible.front(), holdings.config.model_type);
}

std::vector<std::string> in_words(const std::string& class_name, const Holdings& holdings) {
  std::vector<Found> tellers;
  for (const Found& one : found_in(holdings)) {
    const auto other = std::find_if(tellers.begin(), tellers.end(), [&](const Found& teller) {
      return teller.own->told_by() == one.own->told_by();
    });
    if (other == tellers.end())
      tellers.push_back(one);
    else if (one.own->name == class_name)
      *other = one;
  }
  Names words;
  for (const auto& [head, own] : tellers) {
    if (!holdings.has(own->told_by())) continue;
    words.push_back(fmt::format(fmt::runtime(head->words), holdings.rows(own->told_by())));
    if (words.back() != head->words && !holdings.head.labels.empty())
      words.back() += fmt::format(" ({})", format::printable(holdings.head.labels));
  }
  return words;
}

}  // namespace roformer::head
