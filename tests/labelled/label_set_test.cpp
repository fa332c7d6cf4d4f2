#include "roformer/labelled/label_set.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

// Examples of the file f, from line 2 on.
LabelledText with_labels(const std::vector<std::string>& labels) {
  LabelledText text{{"f"}, {}, {}};
  for (const auto& label : labels) {
    text.examples.push_back({.text = "t", .label = label});
    text.examples.back().line = std::ssize(text.examples) + 1;
  }
  return text;
}

using Names = std::vector<std::string>;
using Counts = std::vector<std::int64_t>;

TEST(LabelSetTest, Order) {
  EXPECT_EQ(in_label_order({"b", "a", "b", "B"}), (Names{"B", "a", "b"}));
  EXPECT_EQ(in_label_order({"10", "9", "-1", "9"}), (Names{"-1", "9", "10"}));
  EXPECT_EQ(in_label_order({"10", "9", "x"}), (Names{"10", "9", "x"}));
  EXPECT_EQ(in_label_order({"1", "01"}), (Names{"01", "1"}));
  EXPECT_EQ(in_label_order({"99999999999999999999", "9"}), (Names{"9", "99999999999999999999"}));
  EXPECT_EQ(in_label_order({}), Names{});
}

TEST(LabelSetTest, LabelsOfATraining) {
  const LabelledText text = with_labels({"no", "yes", "no"});
  const LabelSet labels = find_labels(text);
  EXPECT_EQ(labels.names(), (Names{"no", "yes"}));
  EXPECT_EQ(label_numbers(text, labels), (Counts{0, 1, 0}));
  EXPECT_EQ(count_labels({0, 1, 0}, labels), (Counts{2, 1}));
  EXPECT_EQ(describe_counts({2, 1}, labels), "no 2, yes 1");
  EXPECT_EQ(labels.find("maybe"), std::nullopt);
  // An order that is given stays.
  EXPECT_EQ(label_numbers(text, LabelSet({"yes", "no"})), (Counts{1, 0, 1}));
}

TEST(LabelSetTest, LabelsThatCannotBeLearned) {
  EXPECT_EQ(tests::error_message([] {
              find_labels(with_labels({"a", "a"}));
            }),
            "[labelled] f: expected examples of at least two labels but got 2 of 'a'");
  EXPECT_EQ(tests::error_message([] { find_labels(with_labels({})); }),
            "[labelled] f: expected examples of at least two labels but got 0 of ''");
  EXPECT_EQ(tests::error_message([] {
              find_labels(with_labels({"a", "b", " "}));
            }),
            "[labelled] f:4: expected a label but got an empty one");
  EXPECT_EQ(tests::error_message([] { LabelSet({"a"}); }),
            "[labelled] expected at least two labels but got 1 (a)");
  EXPECT_EQ(tests::error_message([] {
              LabelSet({"a", "b", "a"});
            }),
            "[labelled] expected each label once but got 'a' twice");
  EXPECT_EQ(tests::error_message([] {
              LabelSet({"a", ""});
            }),
            "[labelled] expected the names of labels but got an empty one");
}

TEST(LabelSetTest, LabelsOutsideTheSet) {
  const LabelSet labels({"entailment", "neutral"});
  EXPECT_EQ(tests::error_message([&] {
              label_numbers(with_labels({"neutral", "nuetral"}), labels);
            }),
            "[labelled] f:3: expected one of the labels entailment, neutral but got 'nuetral', did "
            "you mean 'neutral'?");
  EXPECT_EQ(tests::error_message([&] { label_numbers(with_labels({""}), labels); }),
            "[labelled] f:2: expected a label but got an empty one");
}

TEST(LabelSetTest, ClassesWithoutExamples) {
  const LabelSet labels({"a", "b", "c"});
  require_every_class({1, 1, 1}, labels);
  EXPECT_EQ(tests::error_message([&] {
              require_every_class({3, 0, 2}, labels);
            }),
            "[labelled] expected examples of each label to learn from but got none of 'b' (a 3, b "
            "0, c 2)");
  EXPECT_EQ(tests::error_message([&] {
              require_every_class({3, 0, 2}, labels, with_labels({"a", "b"}));
            }),
            "[labelled] expected examples of each label to learn from but got none of 'b' (a 3, b "
            "0, c 2); f:3 has it");
}

TEST(LabelSetTest, Scores) {
  EXPECT_EQ(label_scores(with_labels({"3.800", "0", "-1e-3", "5."})),
            (std::vector<double>{3.8, 0, -1e-3, 5}));
  for (const char* bad : {"nan", "inf", "-inf", "1e999", "x", "3,8", "1 ", "0x"}) {
    EXPECT_EQ(tests::error_message([&] {
                label_scores(with_labels({"1", bad}));
              }),
              "[labelled] f:3: expected a finite number but got '" + std::string(bad) + "'");
  }
  EXPECT_NE(tests::error_message([&] { label_scores(with_labels({""})); }), "no error");
}

}  // namespace
}  // namespace roformer::labelled
