#include "roformer/labelled/groups.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "roformer/base/error.h"
#include "roformer/base/hash.h"
#include "roformer/base/random.h"

namespace roformer::labelled {
namespace {

// Values that are joined become one component (union by hash, path halving). A component's number
// is the smallest hash of its values, which no order of rows changes.
class ConnectedValues {
 public:
  std::size_t node(std::string_view value) {
    const std::uint64_t hash = base::hash_bytes(value);
    const auto [entry, is_new] = nodes_.try_emplace(std::string(value), parents_.size());
    if (is_new) {
      parents_.push_back(parents_.size());
      hashes_.push_back(hash);
    }
    return entry->second;
  }
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    if (a == b) return;
    if (hashes_[b] < hashes_[a]) std::swap(a, b);
    parents_[b] = a;
  }
  std::uint64_t hash(std::size_t node) { return hashes_[root(node)]; }

 private:
  std::size_t root(std::size_t node) {
    while (parents_[node] != node) node = parents_[node] = parents_[parents_[node]];
    return node;
  }

  std::unordered_map<std::string, std::size_t> nodes_;
  std::vector<std::size_t> parents_;
  std::vector<std::uint64_t> hashes_;
};

std::vector<std::uint64_t> component_hashes(const LabelledText& text) {
  ConnectedValues values;
  std::vector<std::size_t> nodes;
  for (const Example& example : text.examples) {
    nodes.push_back(values.node(example.group));
    values.join(nodes.back(), values.node(example.group_pair));
  }
  std::vector<std::uint64_t> hashes;
  for (const std::size_t node : nodes) hashes.push_back(values.hash(node));
  return hashes;
}

void require_shares(const PartShares& shares) {
  const auto is_share = [](double share) { return share >= 0 && share < 1; };
  base::require(
      is_share(shares.validation) && is_share(shares.test) && shares.validation + shares.test < 1,
      "[labelled] expected shares of validation and test that are below 1 together but got {} and "
      "{}",
      shares.validation, shares.test);
}

void require_rows(const PartCounts& counts, data::Split part, double share) {
  const auto number = static_cast<std::size_t>(part);
  base::require(counts.rows[number] > 0 || share == 0,
                "[labelled] expected rows for {}, a share of {}, but got none (of {} rows, groups: "
                "{}); name a file for it, or another share or seed",
                data::split_name(part), share, counts.rows[0] + counts.rows[1] + counts.rows[2],
                counts.groups[0] + counts.groups[1] + counts.groups[2]);
}

// The fold of each group.
std::unordered_map<std::uint64_t, std::int64_t> deal_into_folds(
    const std::vector<std::uint64_t>& groups, std::int64_t folds, std::uint64_t seed) {
  std::unordered_map<std::uint64_t, std::int64_t> rows;
  for (const std::uint64_t group : groups) ++rows[group];
  std::vector<std::pair<std::uint64_t, std::uint64_t>> order;  // drawn place, group
  for (const auto& [group, count] : rows) order.emplace_back(base::derive(seed, group), group);
  std::sort(order.begin(), order.end());
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(folds));
  std::unordered_map<std::uint64_t, std::int64_t> fold_of;
  for (const auto& [place, group] : order) {
    const auto fewest = std::min_element(sizes.begin(), sizes.end());
    *fewest += rows[group];
    fold_of[group] = fewest - sizes.begin();
  }
  return fold_of;
}

template <typename Value>
std::vector<Value> chosen_of(const std::vector<Value>& values,
                             const std::vector<data::Split>& parts, data::Split part) {
  std::vector<Value> chosen;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i] == part) chosen.push_back(values.at(i));
  return chosen;
}

}  // namespace

std::vector<std::uint64_t> group_hashes(const ChoiceText& text) {
  std::vector<std::uint64_t> hashes;
  for (const ChoiceExample& example : text.examples)
    hashes.push_back(base::hash_bytes(example.context));
  return hashes;
}

std::vector<std::uint64_t> group_hashes(const LabelledText& text) {
  const auto& examples = text.examples;
  const auto has = [&](std::string Example::*column) {
    return std::any_of(examples.begin(), examples.end(),
                       [&](const Example& example) { return !(example.*column).empty(); });
  };
  if (has(&Example::group_pair)) return component_hashes(text);
  const bool grouped = has(&Example::group);
  std::vector<std::uint64_t> hashes;
  for (std::size_t row = 0; row < examples.size(); ++row)
    hashes.push_back(grouped ? base::hash_bytes(examples[row].group) : base::mix(row));
  return hashes;
}

std::vector<std::uint64_t> group_hashes(const TaggedText& text) {
  std::vector<std::uint64_t> hashes;
  for (std::size_t row = 0; row < text.sentences.size(); ++row) hashes.push_back(base::mix(row));
  return hashes;
}

data::Split part_of_group(std::uint64_t group_hash, const PartShares& shares) {
  const double place = base::uniform(base::derive(shares.seed, 0x67726F757073ull), group_hash);
  if (place < shares.test) return data::Split::test;
  return place < 1 - shares.validation ? data::Split::training : data::Split::validation;
}

std::vector<data::Split> parts_by_group(const std::vector<std::uint64_t>& groups,
                                        const PartShares& shares) {
  require_shares(shares);
  std::vector<data::Split> parts;
  for (const std::uint64_t group : groups) parts.push_back(part_of_group(group, shares));
  const PartCounts counts = count_parts(groups, parts);
  require_rows(counts, data::Split::training, 1 - shares.validation - shares.test);
  require_rows(counts, data::Split::validation, shares.validation);
  require_rows(counts, data::Split::test, shares.test);
  return parts;
}

std::vector<data::Split> parts_by_fold(const std::vector<std::uint64_t>& groups, std::int64_t folds,
                                       std::int64_t fold, std::uint64_t seed) {
  const auto fold_of = deal_into_folds(groups, folds, base::derive(seed, 0x666F6C6473ull));
  std::vector<data::Split> parts;
  for (const std::uint64_t group : groups) {
    const std::int64_t own = fold_of.at(group);
    parts.push_back(own == fold                 ? data::Split::test
                    : own == (fold + 1) % folds ? data::Split::validation
                                                : data::Split::training);
  }
  const PartCounts counts = count_parts(groups, parts);
  const double share = 1 / static_cast<double>(folds);
  require_rows(counts, data::Split::training, 1 - 2 * share);
  require_rows(counts, data::Split::validation, share);
  require_rows(counts, data::Split::test, share);
  return parts;
}

std::vector<data::Split> halves_by_group(const std::vector<std::uint64_t>& groups,
                                         std::uint64_t seed) {
  const std::uint64_t halves_seed = base::derive(seed, 0x68616C766573ull);
  std::vector<data::Split> parts;
  for (const std::uint64_t group : groups) {
    const bool first = base::uniform(halves_seed, group) < 0.5F;
    parts.push_back(first ? data::Split::validation : data::Split::test);
  }
  const PartCounts counts = count_parts(groups, parts);
  require_rows(counts, data::Split::validation, 0.5);
  require_rows(counts, data::Split::test, 0.5);
  return parts;
}

LabelledText examples_of(const LabelledText& text, const std::vector<data::Split>& parts,
                         data::Split part) {
  return {text.files, chosen_of(text.examples, parts, part), text.skipped};
}

ChoiceText examples_of(const ChoiceText& text, const std::vector<data::Split>& parts,
                       data::Split part) {
  return {text.files, chosen_of(text.examples, parts, part), text.skipped};
}

TaggedText examples_of(const TaggedText& text, const std::vector<data::Split>& parts,
                       data::Split part) {
  TaggedText chosen{text.files, {}, text.document_starts, text.odd_prefixes};
  for (std::size_t row = 0; row < parts.size(); ++row)
    if (parts[row] == part) chosen.sentences.push_back(text.sentences.at(row));
  return chosen;
}

PartCounts count_parts(const std::vector<std::uint64_t>& groups,
                       const std::vector<data::Split>& parts) {
  PartCounts counts;
  std::array<std::unordered_set<std::uint64_t>, 3> seen;
  for (std::size_t row = 0; row < parts.size(); ++row) {
    const auto part = static_cast<std::size_t>(parts[row]);
    ++counts.rows[part];
    counts.groups[part] += seen[part].insert(groups[row]).second;
  }
  return counts;
}

}  // namespace roformer::labelled
