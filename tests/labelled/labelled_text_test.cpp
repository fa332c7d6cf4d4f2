#include "roformer/labelled/labelled_text.h"

#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

const TextColumns kPairColumns{
    .text = "a", .text_pair = "b", .label = "y", .group = "g", .group_pair = ""};

TEST(LabelledTextTest, FilesOneAfterAnother) {
  const tests::TestFolder folder;
  const auto first = folder.write("1.tsv", "y\ta\tb\tg\n0\tone\ttwo\tq\n1\tthree\t\tr\n");
  const auto second =
      folder.write("2.jsonl", "{\"a\": \"five\", \"b\": \"six\", \"g\": 7, \"y\": true}\n");
  const LabelledText text = read_labelled_text({first, second}, kPairColumns);
  ASSERT_EQ(text.examples.size(), 3u);
  EXPECT_EQ(text.examples[0].text, "one");
  EXPECT_EQ(text.examples[0].text_pair, "two");
  EXPECT_EQ(text.examples[0].label, "0");
  EXPECT_EQ(text.examples[0].group, "q");
  EXPECT_EQ(text.examples[1].text_pair, "");
  EXPECT_EQ(text.examples[2].label, "true");
  EXPECT_EQ(text.examples[2].group, "7");
  EXPECT_EQ(text.place(text.examples[1]), first.string() + ":3");
  EXPECT_EQ(text.place(text.examples[2]), second.string() + ":1");
  EXPECT_EQ(text.skipped.count, 0);
}

TEST(LabelledTextTest, AnotherTextBehindItsOwn) {
  LabelledText text{.files = {"a"}, .examples = {{.text = "one", .file = 0}}, .skipped = {}};
  text.append({.files = {"b", "c"},
               .examples = {{.text = "two", .file = 1, .line = 4}},
               .skipped = {2, "b:3"}});
  EXPECT_EQ(text.files, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(text.place(text.examples.at(1)), "c:4");
  EXPECT_EQ(text.skipped.count, 2);
  EXPECT_EQ(text.skipped.first, "b:3");
}

TEST(LabelledTextTest, WithoutPairLabelAndHeader) {
  const tests::TestFolder folder;
  const auto file = folder.write("1.csv", "x,\"y\nz\"\n");
  const LabelledText text = read_labelled_text({file}, {.text = "2"}, {.has_header = false});
  ASSERT_EQ(text.examples.size(), 1u);
  EXPECT_EQ(text.examples[0].text, "y\nz");
  EXPECT_FALSE(text.examples[0].text_pair.has_value());
  EXPECT_EQ(text.examples[0].label, "");
  EXPECT_TRUE(read_labelled_text({}, {.text = "2"}).examples.empty());
  const auto bare = folder.write("2.csv", "a\n");
  EXPECT_EQ(
      tests::error_message([&] { read_labelled_text({bare}, {.text = "a"}); }),
      "[labelled] " + bare.string() + ":1: expected rows below the columns' names but got none");
}

TEST(LabelledTextTest, EmptyTexts) {
  const tests::TestFolder folder;
  const auto file = folder.write("1.tsv", "a\tb\tg\tx\tz\n\xE2\x80\x83 \t\t\ty\t\n");
  const std::string place = "[labelled] " + file.string() + ":2: ";
  const auto message = [&](const TextColumns& columns) {
    return tests::error_message([&] { read_labelled_text({file}, columns); });
  };
  EXPECT_EQ(message({.text = "a"}), place + "expected a text under 'a' but got an empty one");
  EXPECT_EQ(message({.text = "a", .text_pair = "b"}),
            place + "expected a text under 'a' or 'b' but got two empty ones");
  EXPECT_EQ(message({.text = "a", .text_pair = "x"}), "no error");
  EXPECT_EQ(message({.text = "x", .text_pair = "a"}), "no error");
  EXPECT_EQ(message({.text = "x", .label = "z"}), "no error");  // label_set.h's to look at
  EXPECT_EQ(message({.text = "x", .group = "g"}),
            place + "expected a group under 'g' but got an empty value");
  EXPECT_TRUE(tests::has_text(message({.text = "x", .label = "lable"}), "expected a column"));
}

TEST(LabelledTextTest, NumbersAreNoTexts) {
  const tests::TestFolder folder;
  const auto file = folder.write("1.jsonl", "{\"a\": \"x\"}\n{\"a\": 3}\n");
  EXPECT_EQ(tests::error_message([&] { read_labelled_text({file}, {.text = "a"}); }),
            "[labelled] " + file.string() + ":2: expected text under 'a' but got a number");
}

}  // namespace
}  // namespace roformer::labelled
