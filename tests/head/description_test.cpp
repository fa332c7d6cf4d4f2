#include "roformer/head/description.h"

#include <gtest/gtest.h>

namespace roformer::head {
namespace {

TEST(Holdings, TensorsByTheBeginningOfTheirName) {
  Holdings file;
  file.shapes["classifier.weight"] = {3, 8};
  file.shapes["cls.predictions.bias"] = {20};
  file.shapes["scale"] = {};
  for (const char* beginning : {"cls", "cls.predictions.", "classifier.weight", "s", ""})
    EXPECT_TRUE(file.has(beginning)) << beginning;
  for (const char* beginning : {"class.", "cls.seq", "classifier.weights", "z"})
    EXPECT_FALSE(file.has(beginning)) << beginning;
  EXPECT_EQ(file.rows("classifier.weight"), 3);
  EXPECT_EQ(file.rows("classifier"), 0);  // a beginning is no name
  EXPECT_EQ(file.rows("scale"), 0);
  EXPECT_FALSE(Holdings().has(""));
}

TEST(Holdings, OneNumberForSeveralLabelsIsAChoice) {
  Holdings file;
  file.head.num_labels = 2;
  EXPECT_FALSE(file.is_choice());  // no classifier at all
  file.shapes["classifier.weight"] = {1, 8};
  EXPECT_TRUE(file.is_choice());
  file.head.num_labels = 1;
  EXPECT_FALSE(file.is_choice());
  file.head.num_labels = 2;
  file.shapes["classifier.weight"] = {2, 8};
  EXPECT_FALSE(file.is_choice());
}

TEST(ClassOfFamily, IsToldByItsOwnWeight) {
  EXPECT_EQ((ClassOfFamily{"BertForPreTraining", {"cls.predictions.", "cls.seq_relationship."}})
                .told_by(),
            "cls.seq_relationship.");
  EXPECT_EQ((ClassOfFamily{"BertModel", {}}).told_by(), "pooler.dense.weight");
}

}  // namespace
}  // namespace roformer::head
