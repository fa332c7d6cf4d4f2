// Entities found by tagging tokens (Tjong Kim Sang and De Meulder 2003, "Introduction to the
// CoNLL-2003 Shared Task"), scored as by seqeval 1.2.2 without a scheme, which is conlleval's way:
// tags that break their scheme still make entities.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/metric/class_score.h"

namespace roformer::metric {

/// The tags of a sequence's tokens.
using Tags = std::vector<std::string>;

/// Whether a tag is one of entities: O, B, I, E or S, the last four alone or with "-" and a type.
bool is_entity_tag(std::string_view tag);

/// A run of tokens that is of a type.
struct Entity {
  std::int64_t begin = 0;  // its first token
  std::int64_t end = 0;    // the token after its last
  std::string type;        // "_" of tags without one

  auto operator<=>(const Entity&) const = default;
};

/// The entities of a sequence, in order. Any run of tags other than O is entities; one ends and
/// another begins before B or S, after E or S, and where the type changes. So I-PER after O begins
/// one, as IOB1 has it, and E-PER alone is one. Throws Error for a tag that is none of
/// is_entity_tag, at which seqeval only warns: others than these (BILOU's L- and U-) would be
/// misread.
std::vector<Entity> find_entities(std::span<const std::string> tags);

/// What was counted of each type, and the figures of it.
struct EntityScore {
  std::map<std::string, ClassCounts> types;  // those in truth or predicted
  std::int64_t tokens = 0;                   // at least 1
  std::int64_t correct_tokens = 0;           // with the very tag

  /// The share of tokens with the right tag.
  double token_accuracy() const;
  /// Over all entities: what is called F1 of a tagger; zeros if there are none.
  ClassScore micro() const;
  /// Each type as heavy; zeros if there is none, where seqeval has NaN.
  ClassScore macro() const;
  /// By the number of entities.
  ClassScore weighted() const;
};

/// Compares tags. Entities are right that have the same tokens and type. Throws Error unless there
/// are as many sequences of both, as many tags in each, and a token.
EntityScore entity_score(std::span<const Tags> gold, std::span<const Tags> predicted);

}  // namespace roformer::metric
