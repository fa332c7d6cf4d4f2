#include "roformer/labelled/encoded_part.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

text::Encoding row(std::vector<std::int32_t> ids) {
  text::Encoding encoding;
  encoding.type_ids.assign(ids.size(), 0);
  encoding.ids = std::move(ids);
  return encoding;
}

TEST(EncodedPartTest, ExamplesHaveTheirRows) {
  EncodedPart part;
  EXPECT_EQ(part.num_examples(), 0);
  part.add_row(row({1, 2, 3}));
  part.end_example();
  part.add_row(row({4}));
  part.add_row(row({}));
  part.end_example();
  EXPECT_EQ(part.num_rows(), 3);
  ASSERT_EQ(part.num_examples(), 2);
  EXPECT_EQ(part.rows_of(1).begin, 1);
  EXPECT_EQ(part.rows_of(1).size(), 2);
  EXPECT_EQ(part.tokens_of(0), 3);
  EXPECT_EQ(part.tokens_of(1), 1);
  EXPECT_EQ(part.length(2), 0);
  EXPECT_EQ(part.ids(1)[0], 4);
}

TEST(EncodedPartTest, AnExampleHasARow) {
  EncodedPart part;
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { part.end_example(); }), "at least one row"));
}

}  // namespace
}  // namespace roformer::labelled
