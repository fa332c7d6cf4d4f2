// A matrix as coloured cells: an SVG drawing that needs no other program.
#pragma once
#include <string>
#include <vector>

namespace roformer::report {

/// Values and what they are called.
struct HeatMap {
  std::string title;
  std::string x_title;                      // of the columns
  std::string y_title;                      // of the rows
  std::vector<std::string> rows;            // a name each, from the top
  std::vector<std::vector<double>> values;  // by row, column; what is not finite stays white
};

/// An <svg> element, 960 units wide, with a scale of the colours from the smallest value to the
/// largest below it. Each cell says its value under the mouse. Throws Error unless all rows are as
/// long as the first and each has a name.
std::string svg_heat_map(const HeatMap& map);

}  // namespace roformer::report
