// What Table 1 refuses before it trains.
#include <gtest/gtest.h>

#include <filesystem>

#include "roformer/study/studies.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::has_text;

// A table of a text that is not there; nothing is written.
std::string table1_refusal(std::vector<std::string> changes) {
  const tests::TestFolder files;
  StudyOptions options;
  options.out = files.file("out");
  options.changes = std::move(changes);
  for (const char* key : {"validation_source", "validation_target", "test_source", "test_target"})
    options.changes.push_back("data." + std::string(key) + "=[]");
  options.changes.push_back("data.cache=" + files.file("cache").string());
  options.changes.push_back("data.source=" + files.file("absent.en").string());
  options.changes.push_back("data.target=" + files.file("absent.de").string());
  const std::string message = tests::error_message([&] { reproduce_table1(options); });
  EXPECT_FALSE(std::filesystem::exists(options.out)) << message;
  return message;
}

TEST(Table1, AMeanOfOneModelIsNone) {
  const std::string message = table1_refusal({"checkpoint.keep_last=1"});
  EXPECT_TRUE(has_text(message, "checkpoint.keep_last of 2 or more")) << message;
  EXPECT_TRUE(has_text(message, "got 1")) << message;
}

// Apt's descriptions stand in for the recipe's own text alone.
TEST(Table1, TextThatIsNamedMustBeThere) {
  const std::string message = table1_refusal({});
  EXPECT_TRUE(has_text(message, "absent.")) << message;
}

TEST(Table1, ThePositionEncodingIsItsOwn) {
  EXPECT_TRUE(has_text(table1_refusal({"model.position_encoding=none"}),
                       "no --set model.position_encoding"));
}

}  // namespace
}  // namespace roformer::study
