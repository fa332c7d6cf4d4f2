#include "roformer/task/label_figures.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::task {
namespace {

TEST(LabelFiguresTest, Classes) {
  const auto figures = label_figures({{1, 0, 1, 1}, {1, 1, 0, 1}, 2});
  EXPECT_DOUBLE_EQ(figure_of(figures, "accuracy"), 0.5);
  EXPECT_DOUBLE_EQ(figure_of(figures, "f1"), 2.0 / 3);
}

TEST(LabelFiguresTest, NumbersThatAreAllAlikeSayNothing) {
  EXPECT_DOUBLE_EQ(figure_of(label_figures({{1, 2, 3}, {4, 4, 4}, 0}), "spearman"), 0);
  EXPECT_DOUBLE_EQ(figure_of(label_figures({{1, 2, 3}, {4, 5, 9}, 0}), "spearman"), 1);
}

TEST(LabelFiguresTest, AnUnknownFigureIsNamed) {
  EXPECT_TRUE(tests::has_text(tests::error_message([] {
                                figure_of(label_figures({{1, 2}, {1, 2}, 0}), "f1");
                              }),
                              "\"f1\""));
}

}  // namespace
}  // namespace roformer::task
