#include "roformer/metric/entity_score.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

using Entities = std::vector<Entity>;

TEST(EntityTags, AreTheseAlone) {
  for (const char* tag : {"O", "B", "I", "E", "S", "B-PER", "I-a-b", "E-", "S-ΩX"})
    EXPECT_TRUE(is_entity_tag(tag)) << tag;
  for (const char* tag : {"", "o", "O-PER", "PER", "L-PER", "U-PER", "BPER", "b-PER", ".", "-PER"})
    EXPECT_FALSE(is_entity_tag(tag)) << tag;
}

TEST(EntityScoreTest, Iob2) {
  EXPECT_EQ(find_entities(Tags{"B-PER", "I-PER", "O", "B-LOC", "B-LOC", "I-LOC"}),
            (Entities{{0, 2, "PER"}, {3, 4, "LOC"}, {4, 6, "LOC"}}));
  EXPECT_TRUE(find_entities(Tags{"O", "O"}).empty());
  EXPECT_TRUE(find_entities(Tags{}).empty());
}

// IOB1 begins by I and has B only between neighbours of one type.
TEST(EntityScoreTest, Iob1) {
  EXPECT_EQ(find_entities(Tags{"I-PER", "I-PER", "B-PER", "I-LOC", "O", "I-LOC"}),
            (Entities{{0, 2, "PER"}, {2, 3, "PER"}, {3, 4, "LOC"}, {5, 6, "LOC"}}));
}

TEST(EntityScoreTest, Ioe) {
  EXPECT_EQ(find_entities(Tags{"I-PER", "E-PER", "I-PER", "E-PER", "E-PER"}),
            (Entities{{0, 2, "PER"}, {2, 4, "PER"}, {4, 5, "PER"}}));
}

TEST(EntityScoreTest, Iobes) {
  EXPECT_EQ(find_entities(Tags{"S-PER", "B-LOC", "I-LOC", "E-LOC", "S-LOC"}),
            (Entities{{0, 1, "PER"}, {1, 4, "LOC"}, {4, 5, "LOC"}}));
}

TEST(EntityScoreTest, BrokenSequencesMakeEntities) {
  EXPECT_EQ(find_entities(Tags{"O", "I-PER", "O"}), (Entities{{1, 2, "PER"}}));
  EXPECT_EQ(find_entities(Tags{"B-PER", "I-LOC"}), (Entities{{0, 1, "PER"}, {1, 2, "LOC"}}));
  EXPECT_EQ(find_entities(Tags{"B-PER", "S-PER", "I-PER"}),
            (Entities{{0, 1, "PER"}, {1, 2, "PER"}, {2, 3, "PER"}}));
  EXPECT_EQ(find_entities(Tags{"B-PER", "E-LOC", "I-LOC"}),
            (Entities{{0, 1, "PER"}, {1, 2, "LOC"}, {2, 3, "LOC"}}));
}

TEST(EntityScoreTest, TypesAreWhatFollowsTheFirstHyphen) {
  EXPECT_EQ(find_entities(Tags{"B-a-b", "I-a-b"}), (Entities{{0, 2, "a-b"}}));
  EXPECT_EQ(find_entities(Tags{"B", "I", "I-", "I-_"}), (Entities{{0, 4, "_"}}));
}

// seqeval's own example: PER is right, MISC begins a token early.
TEST(EntityScoreTest, ScoresOfTypes) {
  const std::vector<Tags> gold = {{"O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"},
                                  {"B-PER", "I-PER", "O"}};
  const std::vector<Tags> predicted = {{"O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"},
                                       {"B-PER", "I-PER", "O"}};
  const EntityScore score = entity_score(gold, predicted);
  EXPECT_EQ(score.types,
            (std::map<std::string, ClassCounts>{{"MISC", {0, 1, 1}}, {"PER", {1, 1, 1}}}));
  EXPECT_EQ(score.micro(), (ClassScore{0.5, 0.5, 0.5, 2}));
  EXPECT_EQ(score.macro(), (ClassScore{0.5, 0.5, 0.5, 2}));
  EXPECT_EQ(score.weighted(), (ClassScore{0.5, 0.5, 0.5, 2}));
  EXPECT_DOUBLE_EQ(score.token_accuracy(), 0.8);
}

// A: 1 right of 3 found and 1 wanted, F1 1/2; B: 0 of 0 and 3; C: 0 of 1 and 0.
TEST(EntityScoreTest, Averages) {
  const std::vector<Tags> gold = {{"S-A", "S-B", "S-B", "S-B", "O"}};
  const std::vector<Tags> predicted = {{"S-A", "S-A", "S-A", "S-C", "O"}};
  const EntityScore score = entity_score(gold, predicted);
  EXPECT_EQ(score.micro(), (ClassScore{0.25, 0.25, 0.25, 4}));
  EXPECT_DOUBLE_EQ(score.macro().f1, 1.0 / 6);
  EXPECT_DOUBLE_EQ(score.weighted().f1, 1.0 / 8);
  EXPECT_EQ(score.macro().support, 4);
}

TEST(EntityScoreTest, SameTokensWithAnotherTypeAreWrong) {
  const EntityScore score =
      entity_score(std::vector<Tags>{{"B-PER", "I-PER"}}, std::vector<Tags>{{"B-LOC", "I-LOC"}});
  EXPECT_EQ(score.micro().f1, 0);
  EXPECT_EQ(score.token_accuracy(), 0);
}

TEST(EntityScoreTest, EntitiesEndWithTheirSequence) {
  const std::vector<Tags> two = {{"B-PER"}, {"I-PER"}};
  EXPECT_EQ(entity_score(two, two).micro().support, 2);
}

TEST(EntityScoreTest, OtherTagsOfTheSameEntityAreWrongTokensOnly) {
  const EntityScore score =
      entity_score(std::vector<Tags>{{"B-PER", "I-PER"}}, std::vector<Tags>{{"I-PER", "E-PER"}});
  EXPECT_EQ(score.micro().f1, 1);
  EXPECT_EQ(score.token_accuracy(), 0);
}

TEST(EntityScoreTest, WithoutEntitiesAllAreZero) {
  const std::vector<Tags> none = {{"O", "O"}, {}};
  const EntityScore score = entity_score(none, none);
  EXPECT_EQ(score.micro(), ClassScore{});
  EXPECT_EQ(score.macro(), ClassScore{});
  EXPECT_EQ(score.weighted(), ClassScore{});
  EXPECT_EQ(score.token_accuracy(), 1);
}

TEST(EntityScoreTest, WhatCannotBeComparedIsRefused) {
  const std::vector<Tags> one = {{"O"}};
  EXPECT_THROW(entity_score(one, std::vector<Tags>{}), Error);
  EXPECT_THROW(entity_score(one, std::vector<Tags>{{"O", "O"}}), Error);
  EXPECT_THROW(entity_score(std::vector<Tags>{}, std::vector<Tags>{}), Error);
  EXPECT_THROW(entity_score(std::vector<Tags>{{}}, std::vector<Tags>{{}}), Error);
  EXPECT_THROW(entity_score(one, std::vector<Tags>{{"PER"}}), Error);
  EXPECT_THROW(entity_score(one, std::vector<Tags>{{""}}), Error);
  EXPECT_THROW(find_entities(Tags{"U-PER"}), Error);
}

}  // namespace
}  // namespace roformer::metric
