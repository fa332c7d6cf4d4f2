#include "roformer/labelled/choices.h"

#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

const ChoiceColumns kSwag{
    .context = "sent1", .prefix = "sent2", .choices = {"ending0", "ending1"}, .label = "label"};
const char* const kSwagHead = ",sent1,sent2,ending0,ending1,label\n";

ChoiceText swag(const tests::TestFolder& folder, const std::string& rows) {
  return read_choices({folder.write("f.csv", kSwagHead + rows)}, kSwag);
}

TEST(LabelledChoices, Swag) {
  const tests::TestFolder folder;
  const ChoiceText text = swag(folder, "0,\"He sits, and waits.\",She,runs.,sings.,1\n");
  ASSERT_EQ(text.examples.size(), 1u);
  const ChoiceExample& example = text.examples[0];
  EXPECT_EQ(example.context, "He sits, and waits.");
  EXPECT_EQ(example.choices, (std::vector<std::string>{"She runs.", "She sings."}));
  EXPECT_EQ(example.right, 1);
  EXPECT_EQ(text.place(example), folder.file("f.csv").string() + ":2");
  EXPECT_TRUE(swag(folder, "").examples.empty());
}

TEST(LabelledChoices, FormsOfLabels) {
  const tests::TestFolder folder;
  const auto right = [&](const std::string& label) {
    return swag(folder, "0,c,,a,b," + label + "\n").examples.at(0).right;
  };
  EXPECT_EQ(right("0"), 0);
  EXPECT_EQ(right("01"), 1);
  EXPECT_EQ(right("ending1"), 1);
  EXPECT_EQ(right("A"), 0);
  EXPECT_EQ(right("b"), 1);
  for (const char* bad :
       {"2", "-1", "C", "", "ending2", "!", "99999999999999999999", "\x01", "AB"}) {
    const std::string message = tests::error_message([&] { right(bad); });
    EXPECT_TRUE(message.starts_with("[labelled] " + folder.file("f.csv").string() +
                                    ":2: expected a choice's number from 0 to 1, its letter from "
                                    "A, or one of ending0, ending1 under 'label' but got '"))
        << bad << " " << message;
  }
}

TEST(LabelledChoices, JsonLinesAndNoLabel) {
  const tests::TestFolder folder;
  const auto file = folder.write(
      "f.jsonl", "{\"q\": \"?\", \"A\": \"x\", \"B\": \"y\", \"C\": \"z\", \"answer\": \"C\"}\n");
  ChoiceColumns columns{.context = "q", .choices = {"A", "B", "C"}, .label = "answer"};
  EXPECT_EQ(read_choices({file}, columns).examples.at(0).right, 2);
  columns.label.clear();
  const ChoiceText text = read_choices({file, file}, columns);
  EXPECT_EQ(text.examples.at(1).right, -1);
  EXPECT_EQ(text.examples[1].file, 1);
  EXPECT_EQ(text.examples[1].choices[2], "z");
}

TEST(LabelledChoices, WhatIsMissing) {
  const tests::TestFolder folder;
  const std::string place = "[labelled] " + folder.file("f.csv").string() + ":2: expected text ";
  EXPECT_EQ(tests::error_message([&] { swag(folder, "0,c,p,a, ,0\n"); }),
            place + "under 'ending1' but got an empty one");
  EXPECT_EQ(tests::error_message([&] { swag(folder, "0,,p,a,b,0\n"); }),
            place + "under 'sent1' but got an empty one");
  EXPECT_EQ(tests::error_message([&] { read_choices({}, {.context = "c", .choices = {"a"}}); }),
            "[labelled] expected at least two columns of choices but got 1");
  EXPECT_EQ(tests::error_message([&] {
              read_choices({}, {.context = "c", .choices = {"a", "a"}});
            }),
            "[labelled] expected each column of choices once but got 'a' twice");
  ChoiceColumns columns = kSwag;
  columns.choices.back() = "endin1";
  const auto file = folder.write("f.csv", kSwagHead);
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { read_choices({file}, columns); }),
                              "f.csv:1: expected a column 'endin1', did you mean 'ending"));
}

TEST(LabelledChoices, DamagedFilesAreReadOrRefused) {
  std::string text = kSwagHead;
  for (int i = 0; i < 9; ++i) text += std::to_string(i) + ",\"c, d\",p,a,\"b\nc\",1\n";
  tests::expect_read_or_refused(
      "d.csv", text, [](const std::filesystem::path& file) { read_choices({file}, kSwag); });
}

}  // namespace
}  // namespace roformer::labelled
