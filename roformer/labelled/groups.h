// Parts of our own making where a set lacks one: by group, so that rows which share something (a
// question, a premise) never lie on two sides.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/labelled/choices.h"
#include "roformer/labelled/labelled_text.h"
#include "roformer/labelled/tagged_words.h"

namespace roformer::labelled {

/// Of the groups; the rest is learned from.
struct PartShares {
  double validation = 0;
  double test = 0;
  std::uint64_t seed = 0;
};

/// A number for each example's group, the same in whatever order the rows stand: the hash of its
/// `group`; with `group_pair` too, rows are connected by values that stand in either (QQP's
/// questions), and a group is all that is connected. Without a column each row is a group of its
/// own, by its number.
std::vector<std::uint64_t> group_hashes(const LabelledText& text);
/// Each sentence is a group of its own, by its number.
std::vector<std::uint64_t> group_hashes(const TaggedText& text);

/// The same of questions with choices: those of one context are a group.
std::vector<std::uint64_t> group_hashes(const ChoiceText& text);

/// The part of a group. Each held-out part hangs on its own share alone, so that another share of
/// one moves nothing into or out of the other.
data::Split part_of_group(std::uint64_t group_hash, const PartShares& shares);

/// The part of each example. Throws Error for shares that leave nothing to learn from, and naming
/// the key for a part that has a share but, of few groups, got none.
std::vector<data::Split> parts_by_group(const std::vector<std::uint64_t>& groups,
                                        const PartShares& shares);

/// The part of each example where all are cut into `folds` ≥ 3 parts by group: `fold` is test, the
/// next one (the first behind the last) validation, the others are learned from. Groups are dealt out
/// in an order drawn by the seed, each to the fold that has the fewest rows, so that folds are of
/// like size. Throws Error if one has no row.
std::vector<data::Split> parts_by_fold(const std::vector<std::uint64_t>& groups, std::int64_t folds,
                                       std::int64_t fold, std::uint64_t seed);

/// Two halves of a part that is held out: what to choose by (validation) and what to report
/// (test), by group. Throws Error if one has no row.
std::vector<data::Split> halves_by_group(const std::vector<std::uint64_t>& groups,
                                         std::uint64_t seed);

/// The examples of one part, in their order.
LabelledText examples_of(const LabelledText& text, const std::vector<data::Split>& parts,
                         data::Split part);
/// The sentences of one part, in their order; what is counted is the whole text's.
TaggedText examples_of(const TaggedText& text, const std::vector<data::Split>& parts,
                       data::Split part);

/// The same of questions with choices.
ChoiceText examples_of(const ChoiceText& text, const std::vector<data::Split>& parts,
                       data::Split part);

/// Rows of each part, and groups.
struct PartCounts {
  std::array<std::int64_t, 3> rows = {}, groups = {};
};
/// The part of row i is `parts[i]`.
PartCounts count_parts(const std::vector<std::uint64_t>& groups,
                       const std::vector<data::Split>& parts);

}  // namespace roformer::labelled
