#include "roformer/pipeline/settings_file.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/base/test_files.h"

namespace roformer::pipeline {
namespace {

using tests::error_message;
using tests::has_text;

TEST(SettingsFile, EachKeyHasItsType) {
  const tests::TestFolder folder;
  SettingsFile file(folder.write(
      "x.json", R"({"yes": true, "word": "w", "number": 7, "none": null, "zero": 0, "other": 1})"));
  EXPECT_TRUE(file.flag("yes", false));
  EXPECT_EQ(file.text("word"), "w");
  EXPECT_EQ(file.count("number"), 7);
  EXPECT_FALSE(file.has("none"));
  EXPECT_TRUE(file.flag("none", true));  // null is an absent key
  EXPECT_EQ(file.text("absent", "usual"), "usual");
  for (const auto& read : std::vector<std::function<void()>>{
           [&] { file.flag("word", true); }, [&] { file.text("number"); },
           [&] { file.count("word"); }, [&] { file.count("zero"); },
           [&] { file.require("other", 2); }}) {
    const std::string message = error_message(read);
    EXPECT_TRUE(has_text(message, "x.json: expected ")) << message;
  }
  EXPECT_NO_THROW(file.require("other", 1));
  EXPECT_NO_THROW(file.require("absent", 1));
}

TEST(SettingsFile, NoFileIsEmptyAndNoObjectIsRefused) {
  const tests::TestFolder folder;
  EXPECT_TRUE(SettingsFile(folder.file("absent")).is_empty());
  EXPECT_TRUE(
      has_text(error_message([&] { SettingsFile(folder.write("list", "[1]")); }), "object"));
  EXPECT_TRUE(has_text(error_message([&] { SettingsFile(folder.write("torn", "{")); }), "torn"));
}

}  // namespace
}  // namespace roformer::pipeline
