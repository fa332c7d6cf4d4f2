#include "roformer/metric/entity_score.h"

#include <algorithm>
#include <iterator>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

constexpr std::string_view kUntyped = "_";

struct EntityTag {
  char place;  // O, B, I, E or S
  std::string_view type;
};

EntityTag parse_entity_tag(std::string_view tag) {
  base::require(is_entity_tag(tag),
                "[metric] expected a tag such as O, B-PER, I-PER, E-PER or S-PER but got \"{}\"",
                tag);
  return {tag.front(), tag.size() > 2 ? tag.substr(2) : kUntyped};
}

// Whether an entity ends between neighbouring tags, none of which is O.
bool are_parted(const EntityTag& left, const EntityTag& right) {
  const bool ends = left.place == 'E' || left.place == 'S';
  const bool begins = right.place == 'B' || right.place == 'S';
  return ends || begins || left.type != right.type;
}

void count_entities(const Tags& gold, const Tags& predicted, EntityScore& score) {
  const std::vector<Entity> wanted = find_entities(gold), found = find_entities(predicted);
  std::vector<Entity> right;
  std::set_intersection(wanted.begin(), wanted.end(), found.begin(), found.end(),
                        std::back_inserter(right));
  for (const Entity& entity : wanted) ++score.types[entity.type].gold;
  for (const Entity& entity : found) ++score.types[entity.type].predicted;
  for (const Entity& entity : right) ++score.types[entity.type].correct;
}

void count_tokens(const Tags& gold, const Tags& predicted, EntityScore& score) {
  score.tokens += std::ssize(gold);
  for (std::size_t i = 0; i < gold.size(); ++i)
    score.correct_tokens += gold[i] == predicted[i] ? 1 : 0;
}

std::vector<ClassCounts> counts_of_types(const EntityScore& score) {
  std::vector<ClassCounts> counts;
  for (const auto& [type, of_type] : score.types) counts.push_back(of_type);
  return counts;
}

}  // namespace

bool is_entity_tag(std::string_view tag) {
  if (tag == "O") return true;
  if (tag.empty() || std::string_view("BIES").find(tag.front()) == std::string_view::npos)
    return false;
  return tag.size() == 1 || tag[1] == '-';
}

std::vector<Entity> find_entities(std::span<const std::string> tags) {
  std::vector<Entity> entities;
  EntityTag last{'O', kUntyped};
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    const EntityTag tag = parse_entity_tag(tags[i]);
    if (tag.place != 'O') {
      if (last.place == 'O' || are_parted(last, tag))
        entities.push_back({place, place, std::string(tag.type)});
      entities.back().end = place + 1;
    }
    last = tag;
  }
  return entities;
}

double EntityScore::token_accuracy() const {
  return static_cast<double>(correct_tokens) / static_cast<double>(tokens);
}

ClassScore EntityScore::micro() const {
  return micro_average(counts_of_types(*this));
}

ClassScore EntityScore::macro() const {
  return macro_average(counts_of_types(*this));
}

ClassScore EntityScore::weighted() const {
  return weighted_average(counts_of_types(*this));
}

EntityScore entity_score(std::span<const Tags> gold, std::span<const Tags> predicted) {
  base::require(gold.size() == predicted.size(),
                "[metric] expected as many predicted sequences of tags as true ones but got {} "
                "and {}",
                predicted.size(), gold.size());
  EntityScore score;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    base::require(gold[i].size() == predicted[i].size(),
                  "[metric] expected {} predicted tags of sequence {} but got {}", gold[i].size(),
                  i, predicted[i].size());
    count_entities(gold[i], predicted[i], score);
    count_tokens(gold[i], predicted[i], score);
  }
  base::require(score.tokens > 0, "[metric] expected a tag to score but got none");
  return score;
}

}  // namespace roformer::metric
