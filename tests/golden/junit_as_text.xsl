<?xml version="1.0"?>
<!-- The report as a reader of such reports shows it: the counts, the test case, how it ended, its further attempts. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text" encoding="UTF-8"/>
  <xsl:template match="/">
    <xsl:apply-templates select="testsuites/testsuite"/>
  </xsl:template>
  <xsl:template match="testsuite">
    <xsl:value-of select="concat(@tests, ' test, ', @failures, ' failures, ', @errors, ' errors&#10;')"/>
    <xsl:for-each select="testcase">
      <xsl:value-of select="concat(@classname, '.', @name, '&#10;')"/>
      <xsl:for-each select="*[@message]">
        <xsl:value-of select="concat(name(), ' (', @type, '): ', @message, '&#10;')"/>
      </xsl:for-each>
      <xsl:value-of select="system-out"/>
    </xsl:for-each>
  </xsl:template>
</xsl:stylesheet>
